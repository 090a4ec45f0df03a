import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { connectRedis, type Redis } from '../../projections/redis/redis-connection.ts';
import { findRedis, type RedisPrograms } from './find-redis.ts';
import { temporaryFolder } from './nats.ts';
import { ownPort } from './own-port.ts';

/** Everything that is acknowledged is on disk: what a crash may lose is only what `wipe` takes. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

/** A real Redis in a folder of its own. */
export class TestRedis {
  readonly port: number;
  readonly folder: string;
  readonly programs: RedisPrograms;
  readonly #options: readonly string[];
  #child: ChildProcess | undefined;
  #client: Redis | undefined;

  constructor(programs: RedisPrograms, folder: string, port: number, options: readonly string[]) {
    this.programs = programs;
    this.folder = folder;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('Redis does not run');
    return this.#child.pid;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const [program = '', ...loader] = this.programs.server;
    const where = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const args = [...loader, ...where, ...DURABLE, ...this.#options];
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#child = child;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`Redis ended with ${child.exitCode}`);
      const pong = await this.cli('PING').catch(() => '');
      if (pong === 'PONG\n') return;
      await delay(20);
    }
  }

  /** kill -9; with `wipe` its memory is lost as well. */
  async kill(options: { wipe?: boolean } = {}): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#client?.destroy();
    this.#client = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    if (options.wipe) await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs `redis-cli` with these arguments, as a script does; its stdout. */
  async cli(...args: string[]): Promise<string> {
    const [program = '', ...loader] = this.programs.cli;
    return (await promisify(execFile)(program, [...loader, '-u', this.url, ...args])).stdout;
  }

  /** A client of the test's own, until the next kill. */
  async client(): Promise<Redis> {
    this.#client ??= await connectRedis(this.url, 'test');
    return this.#client;
  }

  /** Every entry of a stream, oldest first. */
  async entries(stream: string): Promise<{ id: string; fields: [string, string][] }[]> {
    const reply = await (await this.client()).sendCommand(['XRANGE', stream, '-', '+']);
    // XRANGE's reply by RESP 2: ids, each with its fields in order.
    return (reply as unknown as [string, string[]][]).map(([id, flat]) => ({
      id,
      fields: flat.flatMap((name, index): [string, string][] =>
        index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [],
      ),
    }));
  }
}

export async function startTestRedis(
  t: Pick<ExecutionContext, 'teardown'>,
  options: { programs?: RedisPrograms; args?: readonly string[] } = {},
): Promise<TestRedis> {
  const programs = options.programs ?? (await findRedis());
  const folder = join(await temporaryFolder(t), 'redis');
  const redis = new TestRedis(programs, folder, ownPort(t), options.args ?? []);
  t.teardown(() => redis.kill());
  await redis.start();
  return redis;
}

/** Polls Redis until it has what is wanted: it tells nobody when a stream grows by itself. */
export async function until<T>(
  look: () => Promise<T | undefined>,
  what: string,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come in time`);
    await delay(20);
  }
}
