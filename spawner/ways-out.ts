import type { KindLogin } from '../agents/agent-kind.ts';

/** The places that are reached from a container without a network, each as `host:port`. */
export interface WaysOut {
  /** By HTTP and HTTPS, through a proxy. */
  hosts: readonly string[];
  /** NATS. */
  nats: readonly string[];
}

/** As images/worker/gate.mjs has them. */
const PROXY = 'http://127.0.0.1:3128';
const NATS_PORT = 4222;

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

export interface WaysAsked {
  /** How the CLI of the agent's kind logs in, which says where its model is. */
  login: Pick<KindLogin, 'check'> | undefined;
  /** Variables of the system, one of which may say where else the model is. */
  own: NodeJS.ProcessEnv;
  /** More hosts, for HTTPS. */
  more: readonly string[];
  natsUrl: string;
}

/** Where a what-if gets to: its model, NATS, and what an operator has named. Pure. */
export function waysOut({ login, own, more, natsUrl }: WaysAsked): WaysOut {
  const { base, baseVariable = '' } = login?.check ?? {};
  const model = own[baseVariable] || base;
  const hosts = [
    ...(model === undefined ? [] : [hostOf(model)]),
    ...more.map((host) => `${host}:443`),
  ];
  const nats = natsUrl.split(',').map((url) => {
    const { hostname, port } = new URL(url.trim());
    return `${hostname}:${port || NATS_PORT}`;
  });
  return { hosts: [...new Set(hosts)], nats };
}

function hostOf(address: string): string {
  const { hostname, port, protocol } = new URL(address);
  return `${hostname}:${port || (PORTS[protocol] ?? '443')}`;
}

/**
 * An agent's environment where it has no network but those ways. Pure. Its HTTP API, by which it would speak
 * where NATS is away, is none of them.
 */
export function withoutNetwork(
  variables: Readonly<Record<string, string>>,
  natsUrl: string,
): Record<string, string> {
  const { ORCHESTRATOR_API_URL: _api, ...rest } = variables;
  const nats = natsUrl.split(',').map((url, index) => {
    const { protocol } = new URL(url.trim());
    return `${protocol}//127.0.0.1:${NATS_PORT + index}`;
  });
  return {
    ...rest,
    ORCHESTRATOR_NATS_URL: nats.join(','),
    // Each program reads another one of these.
    HTTP_PROXY: PROXY,
    HTTPS_PROXY: PROXY,
    http_proxy: PROXY,
    https_proxy: PROXY,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    NODE_USE_ENV_PROXY: '1',
  };
}
