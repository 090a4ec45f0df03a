import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { copyImage, linkImage } from './copy-image.ts';
import { type DockerEngine, docker } from './docker-cli.ts';
import { dockerEngine, settled } from './engine.ts';
import { workerImage } from './project-images.ts';

const KEEPER = join(import.meta.dirname, 'engine-keeper.ts');
const START_MS = 90_000;

/**
 * A Docker daemon of a test's own, with a containerd of its own, that may be stopped, killed and
 * started again without a word to the machine's engine. Its containers live on meanwhile
 * (`live-restore`). It uses no bridge: they use the network `host`, or none.
 */
export class PrivateEngine implements DockerEngine {
  readonly host: string;
  /** The image in which agents live. */
  readonly image: string;
  readonly #folder: string;
  readonly #storage: string;
  #daemon: ChildProcess | undefined;

  constructor(folder: string, storage: string, image: string) {
    this.host = `unix://${join(folder, 'docker.sock')}`;
    this.image = image;
    this.#folder = folder;
    this.#storage = storage;
  }

  /** A service beside the daemon, as a machine has it: it stays when the daemon is gone. */
  startContainerd(): void {
    this.#spawn('containerd', ['--config', join(this.#folder, 'containerd.toml')]);
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    const daemon = this.#spawn('dockerd', this.#arguments());
    this.#daemon = daemon;
    const ended = once(daemon, 'exit').then(([code, signal]) => {
      throw new Error(`the private dockerd ended while it started: ${signal ?? `code ${code}`}`);
    });
    const up = await Promise.race([
      settled(() => pings(`${this.#folder}/docker.sock`), START_MS),
      ended,
    ]);
    ended.catch(() => undefined);
    if (!up) throw new Error('the private dockerd does not answer');
  }

  /** A graceful stop, or `kill -9`; resolves when the daemon is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const gone = once(daemon, 'exit');
    daemon.kill(signal);
    await gone;
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const log = openSync(join(this.#folder, `${program}.log`), 'a');
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  }

  #arguments(): string[] {
    const folder = this.#folder;
    const paths = { host: `unix://${folder}/docker.sock`, 'data-root': dataRoot(folder) };
    return [
      ...Object.entries({
        ...paths,
        'exec-root': `${folder}/run`,
        containerd: `${folder}/containerd.sock`,
        pidfile: `${folder}/docker.pid`,
        // Not the machine's.
        'config-file': `${folder}/daemon.json`,
        'storage-driver': this.#storage,
        // Not `none`: a daemon without a bridge removes docker0, which is the machine's engine's.
        bridge: 'docker0',
        iptables: 'false',
      }).map(([name, value]) => `--${name}=${value}`),
      '--live-restore',
    ];
  }
}

/** By itself: the program `docker` is a tenth of a second of computing, each time that it is asked. */
function pings(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  get({ socketPath, path: '/_ping' }, (answer) => resolve(answer.resume().statusCode === 200)).on(
    'error',
    () => resolve(false),
  );
  return promise;
}

/** Whether this machine lets a test have one. */
export const mayHavePrivateEngine = async (): Promise<boolean> =>
  process.getuid?.() === 0 && (await runProgram('dockerd', ['--version'])).ok;

/**
 * A private engine that has the worker image; nothing of it is left behind the test, nor when the
 * tests are killed. Undefined where there is no engine to get the image from, or where this is not
 * root with a dockerd; with CI=true that is an error.
 */
export async function privateEngine(
  t: Pick<ExecutionContext, 'teardown'>,
): Promise<PrivateEngine | undefined> {
  const machine = await dockerEngine();
  if (machine === undefined) return undefined;
  if (!(await mayHavePrivateEngine())) {
    if (process.env.CI !== 'true') return undefined;
    throw new Error('a Docker daemon of its own needs root and the program dockerd');
  }
  const image = await workerImage(machine);
  const storage = await docker(machine, ['info', '--format', '{{.Driver}}']);
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-engine-'));
  writeFileSync(join(folder, 'daemon.json'), '{}');
  writeFileSync(join(folder, 'containerd.toml'), containerdConfig(folder));
  keep(t, folder);
  const engine = new PrivateEngine(folder, storage.trim(), image);
  const isThere = await linkImage(machine, image, dataRoot(folder));
  engine.startContainerd();
  await engine.start();
  if (!isThere) await copyImage(machine, engine, image);
  return engine;
}

const dataRoot = (folder: string): string => join(folder, 'data');

const containerdConfig = (folder: string): string => `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-run"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${folder}/containerd.sock"
`;

/** Its keeper sees the end of stdin when the test lets go of it, and also when the test is killed. */
function keep(t: Pick<ExecutionContext, 'teardown'>, folder: string): void {
  const keeper = spawn(process.execPath, [KEEPER], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  // By stdin, since what is to be ended is told by having the folder in its command line.
  keeper.stdin.write(`${folder}\n`);
  const gone = once(keeper, 'exit');
  t.teardown(async () => {
    keeper.stdin.end();
    await gone;
    if (existsSync(folder)) throw new Error(`the private engine left ${folder} behind`);
  });
}
