import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ownPort } from '../../support/own-port.ts';
import { killAll, processesWith } from '../../support/process-tree.ts';
import type { Cleanup } from '../measure.ts';
import { answersAt, ServerProcess } from './child.ts';
import { type InstalledPeers, sandboxAgentBinary } from './install-peers.ts';
import { isAnswerTo, messageOf, type Peer, type PeerAgent } from './peer.ts';
import { allowAll, peerFolder } from './peer-folder.ts';

/** What is used of its SDK (`sandbox-agent/dist/index.d.ts`). */
interface Session {
  prompt(prompt: { type: 'text'; text: string }[]): Promise<unknown>;
  onEvent(listener: (event: { payload: { params?: { update?: Update } } }) => void): () => void;
}
interface Update {
  sessionUpdate: string;
  content?: { text?: string };
}
interface Sdk {
  createSession(request: { id: string; agent: string; cwd: string }): Promise<Session>;
  resumeSession(id: string): Promise<Session>;
}
interface SdkModule {
  SandboxAgent: { connect(options: { baseUrl: string; persist: object }): Promise<Sdk> };
  InMemorySessionPersistDriver: new () => object;
}

/**
 * Rivet's sandbox-agent: its server, spoken to by its own SDK, which keeps what was said (here in the
 * bench's memory, which nobody kills) and brings a session back with it after the server's end.
 */
export async function sandboxAgent(
  peers: InstalledPeers,
  modelUrl: string,
  cleanup: Cleanup,
): Promise<Peer> {
  // A package that is not the project's, so nothing has its types.
  const sdk = (await import(peers.file('sandbox-agent/dist/index.js'))) as SdkModule;
  toleratesLostServers(cleanup);
  const folder = peerFolder(cleanup);
  allowAll(folder);
  const port = ownPort(cleanup);
  const baseUrl = `http://127.0.0.1:${port}`;
  const env = peers.environment(folder, modelUrl);
  let server: ServerProcess | undefined;
  let client: Sdk | undefined;
  const persist = new sdk.InMemorySessionPersistDriver();
  /** What each has said, through all lives of the server. */
  const texts = new Map<string, string[]>();
  const kill = async () => {
    if (server === undefined) return;
    killAll([server.pid]);
    await server.ended();
  };
  return {
    name: 'sandbox-agent',
    version: peers.version('sandbox-agent'),
    by: 'its SDK, HTTP',
    hasService: true,
    saysTexts: true,
    goesOnWithinMs: 5_000,
    start: async () => {
      const args = ['server', '--no-token', '--no-telemetry', '--port', String(port)];
      server = new ServerProcess([sandboxAgentBinary(), ...args], { cwd: folder, env });
      await server.untilReady(() => answersAt(`${baseUrl}/v1/health`));
      // A new client for each life: one whose connection broke in a turn never speaks again.
      client = await sdk.SandboxAgent.connect({ baseUrl, persist });
    },
    agent: async (name) => {
      if (client === undefined) throw new Error('sandbox-agent was not started');
      const said = texts.get(name);
      if (said !== undefined) return talking(await client.resumeSession(name), said);
      const cwd = join(folder, name);
      mkdirSync(cwd);
      texts.set(name, []);
      const session = await client.createSession({ id: name, agent: 'claude', cwd });
      return talking(session, texts.get(name) ?? []);
    },
    controllers: () => (server === undefined ? [] : [server.pid]),
    processes: () => processesWith(folder),
    kill,
    stop: async () => {
      await kill();
      killAll(processesWith(folder));
    },
  };
}

/**
 * Its SDK leaves a rejection unhandled when its server is gone in a turn, which would end the bench;
 * other ones do.
 */
function toleratesLostServers(cleanup: Cleanup): void {
  const look = (reason: unknown) => {
    if (!(reason instanceof TypeError && reason.message === 'fetch failed')) throw reason;
  };
  process.on('unhandledRejection', look);
  cleanup.teardown(() => process.off('unhandledRejection', look));
}

function talking(session: Session, texts: string[]): PeerAgent {
  const listeners = new Set<(text: string) => void>();
  session.onEvent(({ payload }) => {
    const update = payload.params?.update;
    if (update?.sessionUpdate !== 'agent_message_chunk') return;
    const text = update.content?.text ?? '';
    texts.push(text);
    for (const listener of listeners) listener(text);
  });
  return {
    say: (name) => {
      const { promise: answer, resolve } = Promise.withResolvers<void>();
      listeners.add((text) => {
        if (isAnswerTo(name, text)) resolve();
      });
      return { answer, end: session.prompt([{ type: 'text', text: messageOf(name) }]) };
    },
    texts: async () => texts,
  };
}
