import { join } from 'node:path';
import type { Trust } from './trust.ts';

/** One server's part in a cluster. */
export interface ClusterConfig {
  /** Port on which the other servers reach this one, on the address that it listens on. */
  port: number;
  /** The servers of the cluster, `host:port` each; its own may be among them. */
  routes: readonly string[];
  /** What a server shows another: whoever has it may be one of the cluster. */
  password: string;
  /** Where the others reach it, if not where it listens. */
  advertise?: string | undefined;
}

export interface ServerConfig {
  /** Unique in a cluster; `$NAME` stands for a variable of the server's environment. */
  name?: string | undefined;
  cluster?: ClusterConfig | undefined;
  /** The address it listens on; loopback without. */
  host?: string | undefined;
  port: number;
  /** Folder of the streams. */
  storeDir: string;
  /** stderr without. */
  logFile?: string | undefined;
  pidFile?: string | undefined;
  /** Port of its own HTTP pages (`/healthz`), on loopback; none without. */
  monitorPort?: number | undefined;
  /** Bytes of the largest message. */
  maxPayload: number;
  /** Bytes that the streams may take; the server's own guess (3/4 of what is free) without. */
  maxStore?: number | undefined;
  trust: Trust;
}

const LOOPBACK = '127.0.0.1';

/**
 * How often a server of a cluster compares its accounts with the others': one that was away when an
 * agent's credentials were revoked takes them for so long.
 */
const CLAIMS_INTERVAL = '5s';

/**
 * The configuration file of a nats-server of this system: JWT auth with the accounts in the file
 * itself, which holds no secret but the password of a cluster's routes; streams on disk. The accounts are kept in a folder of the server's
 * too, where what was revoked stays revoked: of two claims of an account the newer one counts. An
 * acknowledged message survives the death of the process at once and the death of the machine after
 * `sync_interval`.
 */
export function serverConfig(config: ServerConfig): string {
  const { account, agents, system, claims } = config.trust;
  const maxStore = config.maxStore === undefined ? '' : `\n  max_file_store: ${config.maxStore}`;
  return `# Written by Orchestrator on every start; changes here do not last.
host: ${quoted(config.host ?? LOOPBACK)}
port: ${config.port}
server_name: ${config.name ?? 'orchestrator'}
${places(config)}max_payload: ${config.maxPayload}
write_deadline: "10s"
authorization { timeout: 20 }
lame_duck_grace_period: "1s"
lame_duck_duration: "30s"

jetstream {
  store_dir: ${quoted(config.storeDir)}${maxStore}
  sync_interval: "1s"
}
${cluster(config)}
operator: ${claims.operator}
system_account: ${system.getPublicKey()}
resolver: {
  type: full
  dir: ${quoted(join(config.storeDir, 'accounts'))}
  allow_delete: false
  interval: "${config.cluster === undefined ? '2m' : CLAIMS_INTERVAL}"
}
resolver_preload: {
  ${account.getPublicKey()}: ${claims.account}
  ${agents.getPublicKey()}: ${claims.agents}
  ${system.getPublicKey()}: ${claims.system}
}
`;
}

/** Servers of a cluster know each other by their routes. */
const ROUTE_USER = 'orchestrator';

/**
 * Its servers are named in everybody's settings, and their addresses are of a network that not all
 * clients are in: none is advertised to them.
 */
function cluster({ cluster: one, host = LOOPBACK }: ServerConfig): string {
  if (one === undefined) return '';
  const urls = one.routes.map(
    (route) => `    ${quoted(`nats-route://${ROUTE_USER}:${one.password}@${route}`)}\n`,
  );
  const advertise =
    one.advertise === undefined ? '' : `  cluster_advertise: ${quoted(one.advertise)}\n`;
  return `
cluster {
  name: orchestrator
  listen: ${quoted(`${host}:${one.port}`)}
${advertise}  no_advertise: true
  authorization { user: ${ROUTE_USER}, password: ${quoted(one.password)}, timeout: 20 }
  routes: [
${urls.join('')}  ]
}
`;
}

function places({ pidFile, logFile, monitorPort }: ServerConfig): string {
  const lines = [
    ...(pidFile === undefined ? [] : [`pid_file: ${quoted(pidFile)}`]),
    ...(logFile === undefined
      ? []
      : [`log_file: ${quoted(logFile)}`, 'logfile_size_limit: 10MB', 'logfile_max_num: 3']),
    ...(monitorPort === undefined ? [] : [`http: "${LOOPBACK}:${monitorPort}"`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A path in the server's configuration language, whose strings know C-like escapes. */
const quoted = (path: string): string => JSON.stringify(path);
