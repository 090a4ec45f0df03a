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

/**
 * A Docker engine for the tests: the one that answers (DOCKER_HOST, else this machine's socket);
 * where none does and this is root on Debian, Debian's own is installed and started. It stays: an
 * engine is the machine's, and the next run finds it. Undefined, with the reason said in one line,
 * where there can be none; with CI=true that is an error.
 */
export async function dockerEngine(): Promise<DockerEngine | undefined> {
  const engine = { host: process.env.DOCKER_HOST || SOCKET };
  try {
    if (await answers(engine)) return engine;
    const why = process.env.DOCKER_HOST
      ? `no Docker engine answers at ${engine.host}`
      : 'no Docker engine answers, and only root on Debian may install one';
    if (process.env.DOCKER_HOST || !mayInstall()) throw new Error(why);
    const lock = join(CACHE, 'docker-engine.lock');
    await withFolderLock(lock, async () => {
      if (!(await answers(engine))) await startEngine(engine);
    });
    return engine;
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    say(`tests with Docker are skipped: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** Does an engine answer there now? */
export async function answers(engine: DockerEngine): Promise<boolean> {
  const env = dockerEnvironment(engine);
  const args = ['version', '--format', '{{.Server.APIVersion}}'];
  return (await runProgram('docker', args, { env, timeoutMs: 10_000 })).ok;
}

async function startEngine(engine: DockerEngine): Promise<void> {
  say('starting a Docker engine for the tests …');
  await installPackages(['docker.io', 'ca-certificates']);
  // From Debian 13 on, the program that talks to the engine is a package of its own.
  if (!existsSync('/usr/bin/docker')) await installPackages(['docker-cli']);
  // The package starts it itself where an init system runs.
  const started = await settled(() => answers(engine), 3_000);
  if (started) return;
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
