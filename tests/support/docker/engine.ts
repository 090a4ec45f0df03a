import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withFolderLock } from '../../../bootstrap/folder-lock.mjs';
import { runProgram } from '../../../bootstrap/run-program.mjs';
import { say } from '../../../bootstrap/say.mjs';
import { type DockerEngine, dockerEnvironment } from './docker-cli.ts';
import { installPackages, mayInstall } from './machine.ts';

const CACHE = join(import.meta.dirname, '..', '..', '..', '.cache');
const SOCKET = 'unix:///var/run/docker.sock';
const START_MS = 60_000;
const PACKAGES = ['docker.io', 'ca-certificates'];

/**
 * The Docker engine that answers (DOCKER_HOST, else this machine's socket); undefined where none
 * does, which is an error with CI=true: nothing is skipped there.
 */
export async function dockerEngine(): Promise<DockerEngine | undefined> {
  const engine = { host: process.env.DOCKER_HOST || SOCKET };
  if (await answers(engine)) return engine;
  if (process.env.CI === 'true') throw new Error(`no Docker engine answers at ${engine.host}`);
  return undefined;
}

/**
 * The same, but where none answers and packages may be installed, Debian's own is installed and
 * started. It stays, and says how it is ended: an engine is the machine's, and the next run finds it.
 */
export async function ensureDockerEngine(): Promise<DockerEngine | undefined> {
  const engine = { host: SOCKET };
  if (!process.env.DOCKER_HOST && mayInstall() && !(await answers(engine))) {
    await withFolderLock(join(CACHE, 'docker-engine.lock'), async () => {
      if (!(await answers(engine))) await startEngine(engine);
    });
  }
  return dockerEngine();
}

/** What apt would install for it; nothing where an engine answers, or is to be somewhere else. */
export async function packagesOfEngine(): Promise<readonly string[]> {
  if (process.env.DOCKER_HOST || (await answers({ host: SOCKET }))) return [];
  return PACKAGES;
}

/** Does an engine answer there now? */
export async function answers(engine: DockerEngine): Promise<boolean> {
  const env = dockerEnvironment(engine);
  const args = ['version', '--format', '{{.Server.APIVersion}}'];
  return (await runProgram('docker', args, { env, timeoutMs: 10_000 })).ok;
}

async function startEngine(engine: DockerEngine): Promise<void> {
  say('starting a Docker engine for the tests …');
  await installPackages(PACKAGES);
  // From Debian 13 on, the program that talks to the engine is a package of its own.
  if (!existsSync('/usr/bin/docker')) await installPackages(['docker-cli']);
  // The package starts it itself where an init system runs.
  const started = await settled(() => answers(engine), 3_000);
  if (started) return say('the engine of the package docker.io runs now, and stays');
  mkdirSync(CACHE, { recursive: true });
  const log = openSync(join(CACHE, 'dockerd.log'), 'a');
  const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const failed = new Promise<never>((_resolve, reject) => {
    daemon.once('error', reject);
    daemon.once('exit', (code) =>
      reject(new Error(`dockerd ended with exit code ${code}; .cache/dockerd.log says why`)),
    );
  });
  const up = await Promise.race([settled(() => answers(engine), START_MS), failed]);
  daemon.removeAllListeners();
  daemon.unref();
  if (!up) throw new Error('dockerd does not answer; .cache/dockerd.log says why');
  say(`dockerd was started and stays (log: .cache/dockerd.log); \`kill ${daemon.pid}\` ends it`);
}

/** Waits until a condition holds; false where it does not in time. */
export async function settled(
  condition: () => Promise<boolean>,
  withinMs: number,
): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    if (await condition()) return true;
    await delay(200);
  }
  return false;
}
