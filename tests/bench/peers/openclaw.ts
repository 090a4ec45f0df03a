import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { textIn } from '../../support/model-server/model-request.ts';
import { ownPort } from '../../support/own-port.ts';
import { killAll, processesWith, systemTree } from '../../support/process-tree.ts';
import type { Cleanup } from '../measure.ts';
import { answersAt, ServerProcess } from './child.ts';
import { GatewayClient, type Payload } from './gateway-client.ts';
import type { InstalledPeers } from './install-peers.ts';
import { isAnswerTo, messageOf, type Peer, type PeerAgent } from './peer.ts';
import { peerFolder } from './peer-folder.ts';

/** Of a gateway on loopback that lives as long as the bench. */
const TOKEN = 'of-the-bench';

/** What an embedding host sets (`openclaw/docs/gateway/embedding.md`). */
const EMBEDDED = {
  OPENCLAW_DISABLE_BONJOUR: '1',
  OPENCLAW_EXEC_SHELL_SNAPSHOT: '0',
  OPENCLAW_NO_RESPAWN: '1',
  OPENCLAW_SKIP_CHANNELS: '1',
};

/** OpenClaw's gateway with its embedded agent, which needs no CLI: an agent here is a session there. */
export function openclaw(peers: InstalledPeers, modelUrl: string, cleanup: Cleanup): Peer {
  const folder = peerFolder(cleanup);
  const port = ownPort(cleanup);
  const env = { ...peers.environment(folder, modelUrl), ...EMBEDDED };
  const program = peers.file('openclaw/openclaw.mjs');
  const connection = new Connection(port);
  let gateway: ServerProcess | undefined;
  let isOnboarded = false;
  const kill = async () => {
    if (gateway === undefined) return;
    killAll(systemTree(gateway.pid));
    await gateway.ended();
    connection.close();
  };
  return {
    name: 'openclaw',
    version: peers.version('openclaw'),
    by: 'its gateway, WebSocket',
    hasService: true,
    saysTexts: true,
    goesOnWithinMs: 120_000,
    command: (agent) => ({
      name: '`openclaw agent`',
      words: [process.execPath, program, 'agent', '--session-key', sessionOf(agent), '--message'],
      cwd: folder,
      env,
    }),
    start: async () => {
      if (!isOnboarded) {
        const args = onboarding({ modelUrl, port, workspace: join(folder, 'workspace') });
        execFileSync(process.execPath, [program, ...args], { env, cwd: folder, stdio: 'pipe' });
        isOnboarded = true;
      }
      gateway = new ServerProcess([process.execPath, program, 'gateway'], { cwd: folder, env });
      // Before it is ready it takes connections and refuses what is asked of it.
      const ready = `http://127.0.0.1:${port}/readyz`;
      await gateway.untilReady(async () => (await answersAt(ready)) && (await connection.open()));
    },
    agent: async (name) => talking(connection, sessionOf(name)),
    controllers: () => (gateway === undefined ? [] : systemTree(gateway.pid)),
    processes: () => processesWith(folder),
    kill,
    stop: async () => {
      await kill();
      killAll(processesWith(folder));
    },
  };
}

const sessionOf = (agent: string): string => `agent:main:${agent}`;

interface Onboarding {
  modelUrl: string;
  port: number;
  workspace: string;
}

/** Everything that its wizard would ask, by flags. */
const onboarding = ({ modelUrl, port, workspace }: Onboarding): string[] => [
  ...['onboard', '--non-interactive', '--accept-risk', '--mode', 'local'],
  ...['--auth-choice', 'custom-api-key', '--custom-base-url', modelUrl],
  ...['--custom-compatibility', 'anthropic', '--custom-model-id', 'scripted'],
  ...['--custom-api-key', 'no-key', '--custom-provider-id', 'bench'],
  ...['--gateway-auth', 'token', '--gateway-token', TOKEN],
  ...['--gateway-port', String(port), '--gateway-bind', 'loopback'],
  ...['--workspace', workspace, '--skip-bootstrap', '--skip-channels', '--skip-daemon'],
  ...['--skip-health', '--skip-hooks', '--skip-search', '--skip-skills', '--skip-ui'],
];

/** To whichever life of the gateway there is. */
class Connection {
  readonly #port: number;
  #client: GatewayClient | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  async open(): Promise<boolean> {
    this.#client = await GatewayClient.connect(this.#port, TOKEN);
    return this.#client !== undefined;
  }

  get client(): GatewayClient {
    if (this.#client === undefined) throw new Error('openclaw was not started');
    return this.#client;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}

function talking(connection: Connection, sessionKey: string): PeerAgent {
  return {
    say: (name) => {
      const { client } = connection;
      const runId = randomUUID();
      const [answer, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      client.on((event, payload) => {
        if (payload.runId !== runId) return;
        if (event === 'agent' && isAnswerTo(name, textOf(payload))) answer.resolve();
        if (event === 'chat' && payload.state === 'final') end.resolve();
      });
      const message = messageOf(name);
      const done = client.request('agent', {
        ...{ message, sessionKey, deliver: false },
        idempotencyKey: runId,
      });
      return { answer: answer.promise, end: Promise.all([end.promise, done]) };
    },
    texts: async () => {
      const { messages = [] } = await connection.client.request('chat.history', { sessionKey });
      return messages
        .filter(({ role }) => role === 'assistant')
        .map(({ content }) => textIn(content));
    },
  };
}

const textOf = ({ stream, data }: Payload): string =>
  stream === 'assistant' ? (data?.text ?? '') : '';
