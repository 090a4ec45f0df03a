import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { ownPort } from './own-port.ts';
import { killAll, systemTree } from './process-tree.ts';
import { programOf, START_FLAGS } from './programs.ts';
import { removeFolder } from './remove-folder.ts';

const MAIN = programOf('orchestrator');

/** The environment of a run: nothing of the test's own settings leaks into it. */
export function environment(dataDir: string, own: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('ORCHESTRATOR_') || name === 'ORCHESTRATOR_NATS_SERVER',
  );
  return {
    ...Object.fromEntries(inherited),
    ORCHESTRATOR_DATA_DIR: dataDir,
    ORCHESTRATOR_RUNTIME: 'local',
    // None: a developer's own `.env` is none of the tests'.
    ORCHESTRATOR_ENV_FILE: '/dev/null',
    ...own,
  };
}

/**
 * A data folder of its own, with ports of its own: the usual ones (4222, 8000) are everybody's, and
 * another test's system could have them while this one's is down. Whatever still runs in it is
 * ended with the test.
 */
export function dataFolder(t: Pick<ExecutionContext, 'teardown'>, on = tmpdir()): string {
  const folder = mkdtempSync(join(on, 'orchestrator-'));
  const { nats, http } = dataPaths(folder);
  for (const place of [nats, http]) {
    mkdirSync(place, { mode: 0o700 });
    writeFileSync(join(place, 'port'), `${ownPort(t)}\n`);
  }
  t.teardown(() => removeFolder(folder));
  return folder;
}

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs `orchestrator <args>` from source to its end. */
export async function orchestrator(
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; input?: string | Uint8Array; cwd?: string },
): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: options.env,
    cwd: options.cwd,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => undefined).end(options.input);
  return finished(child);
}

/** @param hear is told what stderr has, as it comes */
export async function finished(
  child: ChildProcess,
  hear: (stderr: string) => void = () => {},
): Promise<Finished> {
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve([code, signal]));
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    child.stdout ? text(child.stdout) : '',
    child.stderr ? heardText(child.stderr, hear) : '',
    ended,
  ]);
  return { code, signal, stdout, stderr };
}

export interface SystemOptions {
  dataDir?: string;
  env?: Record<string, string>;
  args?: readonly string[];
  /** What Node is given before `start`; the command's sources. */
  program?: readonly string[];
}

async function heardText(stream: Readable, hear: (text: string) => void): Promise<string> {
  let all = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    all += chunk;
    hear(all);
  }
  return all;
}

/** A system that serves (`start` without a terminal or a pipe), and a connection to it. */
export class TestSystem {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
  /** Resolves when it says that it serves: all of its services have started. */
  readonly serves: Promise<void>;
  #connection: LogConnection | undefined;

  constructor(dataDir: string, { env = {}, args = [], program = [MAIN] }: SystemOptions) {
    this.dataDir = dataDir;
    this.env = environment(dataDir, env);
    // A session of its own, so that the tree can be told from the agents.
    this.child = spawn(process.execPath, [...START_FLAGS, ...program, 'start', ...args], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const serves = Promise.withResolvers<void>();
    this.serves = serves.promise;
    // Whoever waits for it hears that it will not.
    this.serves.catch(() => undefined);
    this.done = finished(this.child, (stderr) => {
      if (stderr.includes('serving ')) serves.resolve();
    });
    const fail = ({ stderr }: Finished) => serves.reject(new Error(`it ended: ${stderr}`));
    this.done.then(fail, serves.reject);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the system was not started');
    return this.child.pid;
  }

  /** Waits until the views answer. */
  async connection(): Promise<LogConnection> {
    this.#connection ??= await this.#connect();
    return this.#connection;
  }

  async log(): Promise<EventLog> {
    return new EventLog(await this.connection());
  }

  async views(): Promise<ViewsClient> {
    return new ViewsClient((await this.connection()).nc);
  }

  async #connect(): Promise<LogConnection> {
    const paths = dataPaths(this.dataDir);
    for (;;) {
      if (this.child.exitCode !== null) {
        throw new Error(`the system ended: ${(await this.done).stderr}`);
      }
      try {
        const url = (await readFile(paths.natsUrl, 'utf8')).trim();
        const credentials = { file: paths.operatorCreds };
        const connection = await connectLog({ url, credentials, name: 'test', timeoutMs: 2000 });
        if (await answers(connection)) return connection;
      } catch {
        // Not there yet.
      }
      await delay(50);
    }
  }

  /** `kill -9` of the whole system at once; its agents live on. */
  async kill(): Promise<void> {
    killAll(systemTree(this.pid));
    await this.done;
    await this.disconnect();
  }

  async disconnect(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
  }

  /** A clean end, as Ctrl-C does it. */
  async stop(): Promise<Finished> {
    await this.disconnect();
    this.child.kill('SIGINT');
    return this.done;
  }
}

/** Do the views answer? Where they do not, the connection is closed. */
async function answers(connection: LogConnection): Promise<boolean> {
  try {
    await new ViewsClient(connection.nc).request('hash', {}, { timeoutMs: 1000 });
    return true;
  } catch {
    await connection.close();
    return false;
  }
}

export async function startSystem(
  t: Pick<ExecutionContext, 'teardown'>,
  options: SystemOptions = {},
): Promise<TestSystem> {
  const system = new TestSystem(options.dataDir ?? dataFolder(t), options);
  t.teardown(async () => {
    await system.disconnect();
    if (system.child.exitCode === null && system.child.signalCode === null) await system.kill();
  });
  await system.connection();
  return system;
}
