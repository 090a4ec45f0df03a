import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { findNatsServer } from '../../bootstrap/nats-server.mjs';
import type { LogConnection } from '../../core/log/connection.ts';
import { type EmbeddedNats, startEmbeddedNats } from '../../platform/nats/embedded-nats.ts';
import { atEndOfFile, isShared } from './of-file.ts';
import { ownPort } from './own-port.ts';

export interface ServerOptions {
  maxStore?: number;
  maxPayload?: number;
}

/** A connection of the server's own looks whether it can store. */
const OWN_CONNECTIONS = 1;
/** proc_net_tcp(5) */
const ESTABLISHED = '01';

interface Started {
  dataDir: string;
  port: number;
  options: ServerOptions;
  undo: (() => unknown)[];
  server: EmbeddedNats;
  keys: readonly string[];
}

const quiet = pino({ level: 'silent' });

/** Free for the next test of this file. */
const idle: TestServer[] = [];

let found: ReturnType<typeof findNatsServer> | undefined;

/** The same that `npm start` would find; looked for once by each test file. */
export function testServer(): ReturnType<typeof findNatsServer> {
  const root = join(import.meta.dirname, '..', '..');
  found ??= findNatsServer({ root, env: process.env, allowDownload: true });
  return found;
}

/**
 * A real nats-server in a folder of its own. Half of what a small test costs is to start one and to make
 * its keys: so the tests of a file have the same one after the other, each finds it empty, and it ends
 * with the file. One that was killed, has other options, or is still talked to when its test has ended,
 * is nobody else's.
 */
export class TestServer {
  readonly dataDir: string;
  readonly port: number;
  readonly #options: ServerOptions;
  readonly #undo: (() => unknown)[];
  #server: EmbeddedNats;
  /** What is in the folder of keys from the start. */
  readonly #keys: readonly string[];
  #isAsStarted = true;

  static async take(options: ServerOptions): Promise<TestServer> {
    const free = isPlain(options) ? idle.pop() : undefined;
    return free ?? TestServer.#start(options);
  }

  static async #start(options: ServerOptions): Promise<TestServer> {
    const undo: (() => unknown)[] = [];
    const own = { teardown: (what: () => unknown) => void undo.push(what) };
    const dataDir = await mkdtemp(join(tmpdir(), 'orchestrator-test-'));
    undo.push(() => rm(dataDir, { recursive: true, force: true }));
    const port = ownPort(own);
    const server = await start(dataDir, port, options);
    const keys = await readdir(join(dataDir, 'auth'));
    return new TestServer({ dataDir, port, options, undo, server, keys });
  }

  private constructor(started: Started) {
    this.dataDir = started.dataDir;
    this.port = started.port;
    this.#options = started.options;
    this.#undo = started.undo;
    this.#server = started.server;
    this.#keys = started.keys;
  }

  get #auth(): string {
    return join(this.dataDir, 'auth');
  }

  get running(): EmbeddedNats {
    return this.#server;
  }

  async kill(): Promise<void> {
    this.#isAsStarted = false;
    const { pid } = this.#server;
    // The supervisor would start it again: it is told to stop at the same moment.
    process.kill(pid, 'SIGKILL');
    await this.#server.stop();
  }

  async restart(): Promise<void> {
    this.#isAsStarted = false;
    this.#server = await start(this.dataDir, this.port, this.#options);
  }

  /** The test that had it has ended. */
  async leave(): Promise<void> {
    if (!(await this.#maybeAnothers())) return this.#end();
    await removeBut(this.dataDir, ['auth', 'nats']);
    await removeBut(this.#auth, this.#keys);
    if (idle.push(this) === 1) atEndOfFile.teardown(endIdle);
  }

  async #maybeAnothers(): Promise<boolean> {
    const isAsStarted = this.#isAsStarted && this.#server.restarts === 0;
    if (!isShared() || !isPlain(this.#options) || !isAsStarted) return false;
    return (await this.#hasItsKeys()) && this.#isUnused();
  }

  async #hasItsKeys(): Promise<boolean> {
    const names = await readdir(this.#auth).catch((): string[] => []);
    return this.#keys.every((name) => names.includes(name));
  }

  /** What has been closed takes a moment to be gone. */
  async #isUnused(): Promise<boolean> {
    for (let tries = 0; tries < 20; tries += 1) {
      if ((await connectionsTo(this.port)) <= OWN_CONNECTIONS) return true;
      await delay(10);
    }
    return false;
  }

  async #end(): Promise<void> {
    await this.#server.stop();
    for (const each of this.#undo.reverse()) await each();
  }

  static async endAll(servers: readonly TestServer[]): Promise<void> {
    for (const server of servers) await server.#end();
  }
}

async function removeBut(folder: string, kept: readonly string[]): Promise<void> {
  const others = (await readdir(folder)).filter((name) => !kept.includes(name));
  for (const name of others) await rm(join(folder, name), { recursive: true, force: true });
}

const endIdle = (): Promise<void> => TestServer.endAll(idle.splice(0));

/** Takes away what another test has left: every stream, and with it what is kept by key. */
export async function empty(connection: LogConnection): Promise<void> {
  const { streams } = await connection.jsm();
  const names: string[] = [];
  for await (const { config } of streams.list()) names.push(config.name);
  await Promise.all(names.map((name) => streams.delete(name)));
}

const isPlain = ({ maxStore, maxPayload }: ServerOptions): boolean =>
  maxStore === undefined && maxPayload === undefined;

async function start(dataDir: string, port: number, options: ServerOptions): Promise<EmbeddedNats> {
  const { path: serverPath, version: serverVersion } = await testServer();
  return startEmbeddedNats({ dataDir, port, log: quiet, serverPath, serverVersion, ...options });
}

/** Of a server on this machine. */
async function connectionsTo(port: number): Promise<number> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, from = '', , state]) => from.endsWith(local) && state === ESTABLISHED).length;
}
