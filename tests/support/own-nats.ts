import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Ran, runHere } from '../cli/run-here.ts';
import { temporaryFolder, testServerPath } from './nats.ts';
import { ownPort } from './own-port.ts';
import { environment } from './system.ts';

export interface OwnNats {
  /** Its configuration file. */
  config: string;
  /** Folder with the keys of a spawner. */
  spawner: string;
  url: string;
  /** Port of its HTTP pages. */
  monitor: number;
  /** Credentials file of services and operators. */
  creds: string;
  /** An operator's environment. */
  env: NodeJS.ProcessEnv;
  /** `init nats` once more. */
  init(): Promise<Ran>;
  /** kill -9; resolves when it is gone. It stays down until {@link start}. */
  kill(): Promise<void>;
  /** Resolves when it takes connections. */
  start(): Promise<void>;
}

/** A nats-server that an operator runs by himself, configured by `init nats` and nothing else. */
export async function startOwnNats(t: Pick<ExecutionContext, 'teardown'>): Promise<OwnNats> {
  const folder = await temporaryFolder(t);
  const [port, monitor] = [ownPort(t), ownPort(t)];
  const config = join(folder, 'nats.conf');
  const share = join(folder, 'share');
  const spawner = join(folder, 'spawner');
  const env = environment(join(folder, 'keys'));
  const places = ['--config', config, '--store', join(folder, 'store'), '--port', `${port}`];
  const shares = ['--services', share, '--spawner', spawner, '--monitor', `${monitor}`];
  const init = () => runHere(['init', 'nats', ...places, ...shares], env);
  const { code, stderr } = await init();
  if (code !== 0) throw new Error(`init nats: ${stderr}`);

  const program = await testServerPath();
  let server: ChildProcess | undefined;
  const start = async () => {
    const child = spawn(program, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    server = child;
    await ready(child.stderr);
  };
  const end = async (signal: NodeJS.Signals) => {
    const ended = server?.exitCode === null && server.signalCode === null && once(server, 'exit');
    server?.kill(signal);
    await ended;
  };
  t.teardown(() => end('SIGTERM'));
  await start();
  const url = `nats://127.0.0.1:${port}`;
  const creds = join(share, 'operator.creds');
  const own = { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: creds };
  const kill = () => end('SIGKILL');
  return { config, spawner, init, monitor, url, creds, env: { ...env, ...own }, start, kill };
}

async function ready(stderr: NodeJS.ReadableStream): Promise<void> {
  let said = '';
  while (!said.includes('Server is ready')) said += (await once(stderr, 'data'))[0];
  // It goes on to write there.
  stderr.resume();
}
