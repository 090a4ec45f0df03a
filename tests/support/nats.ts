import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { findNatsServer } from '../../bootstrap/nats-server.mjs';
import { type ConnectOptions, connectLog, type LogConnection } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { ensureStreams, type StreamLimits } from '../../core/log/streams.ts';
import { agentInboxPrefix, mintAgentCredentials } from '../../platform/nats/agent-credentials.ts';
import { type EmbeddedNats, startEmbeddedNats } from '../../platform/nats/embedded-nats.ts';
import { ownPort } from './own-port.ts';

export interface TestNats {
  readonly url: string;
  readonly dataDir: string;
  readonly port: number;
  /** Credentials file with all rights of the account. */
  readonly operatorCreds: string;
  readonly agentsSeed: string;
  readonly connection: LogConnection;
  readonly log: EventLog;
  /** Another connection with all rights; closed at the end of the test. */
  connect(options?: Partial<ConnectOptions>): Promise<LogConnection>;
  /** A connection with an agent's credentials; closed at the end of the test. */
  connectAgent(agentId: string, expiresAt?: Date): Promise<LogConnection>;
  /** kill -9; resolves when the server is gone. It stays down until {@link restart}. */
  kill(): Promise<void>;
  /** Starts the server again on the same data and port; resolves when it takes connections. */
  restart(): Promise<void>;
}

export interface TestNatsOptions {
  /** With what is in it; a new one without. */
  dataDir?: string;
  limits?: StreamLimits;
  maxStore?: number;
  maxPayload?: number;
}

const HOUR_MS = 3_600_000;

const quiet = pino({ level: 'silent' });

let found: ReturnType<typeof findNatsServer> | undefined;

/** The same that `npm start` would find; looked for once by each test file. */
function testServer(): ReturnType<typeof findNatsServer> {
  const root = join(import.meta.dirname, '..', '..');
  found ??= findNatsServer({ root, env: process.env, allowDownload: true });
  return found;
}

/** The nats-server program that the tests run. */
export const testServerPath = async (): Promise<string> => (await testServer()).path;

/** A real nats-server in a folder of its own, with JWT auth and the streams; gone with the test. */
export async function startTestNats(
  t: Pick<ExecutionContext, 'teardown' | 'title'>,
  { limits, ...options }: TestNatsOptions = {},
): Promise<TestNats> {
  const { dataDir = await temporaryFolder(t) } = options;
  const port = ownPort(t);
  const { path: serverPath, version: serverVersion } = await testServer();
  const program = { serverPath, serverVersion };
  const start = () => startEmbeddedNats({ port, log: quiet, ...program, ...options, dataDir });
  let server: EmbeddedNats = await start();
  t.teardown(() => server.stop());
  const { url, operatorCreds, agentsSeed } = server;

  const connect = async (more: Partial<ConnectOptions> = {}) => {
    const credentials = { file: operatorCreds };
    const connection = await connectLog({
      url,
      credentials,
      name: t.title,
      timeoutMs: 5_000,
      ...more,
    });
    t.teardown(() => connection.close());
    return connection;
  };
  const connection = await connect();
  await ensureStreams(connection, { replicas: 1, storage: 'file', limits });

  return {
    url,
    dataDir,
    port,
    operatorCreds,
    agentsSeed,
    connection,
    log: new EventLog(connection),
    connect,
    async connectAgent(agentId, expiresAt = new Date(Date.now() + HOUR_MS)) {
      const file = join(dataDir, `${agentId}-${Date.now()}.creds`);
      await writeFile(file, await mintAgentCredentials(agentsSeed, { agentId, expiresAt }));
      return connect({ credentials: { file }, inboxPrefix: agentInboxPrefix(agentId) });
    },
    async kill() {
      const { pid } = server;
      // The supervisor would start it again: it is told to stop at the same moment.
      process.kill(pid, 'SIGKILL');
      await server.stop();
    },
    async restart() {
      server = await start();
    },
  };
}

/** A folder that is removed after the test. */
export async function temporaryFolder(t: Pick<ExecutionContext, 'teardown'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'orchestrator-test-'));
  // Something that was just ended may still write a file.
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }));
  return folder;
}
