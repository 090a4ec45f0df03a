import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ProcessSpec, Runtime } from '../../../spawner/runtime/runtime.ts';

/** The nth message: a short line, and now and then a long one, so that kills come within a write. */
export function nthMessage(n: number): Uint8Array {
  return Buffer.from(`${n} ${String(n % 10).repeat(n % 5 === 4 ? 300_000 : 10)}\n`);
}

/** What the killed program does: starts the run or finds it, and writes from the nth message on. */
export async function writeUntilKilled(runtime: Runtime, writing: string): Promise<void> {
  // Made by startHolder below.
  const { spec, from } = JSON.parse(writing) as { spec: ProcessSpec; from: number };
  const result = await runtime.start({ ...spec, expiresAt: new Date(spec.expiresAt) });
  if (!result.ok) throw new Error(result.reason);
  for (let n = from; ; n += 1) {
    const outcome = await result.process.write(String(n), nthMessage(n));
    if (outcome === 'gone') throw new Error('the agent is gone');
    // A pipe is written synchronously here: what was said was done.
    process.stdout.write(`${n}\n`);
  }
}

/** A spawner in a process of its own, that writes messages until it is killed. */
export class WritingHolder {
  /** The last message that it said to be written. */
  written: number;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #said: (() => void) | undefined;

  /** @param program file and arguments of a Node program that calls `writeUntilKilled` */
  constructor(program: readonly string[], spec: ProcessSpec, from: number) {
    this.written = from - 1;
    const child = spawn(process.execPath, [...program, JSON.stringify({ spec, from })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#closed = once(child, 'close');
    createInterface(child.stdout).on('line', (line) => {
      this.written = Number(line);
      this.#said?.();
    });
  }

  /** Resolves when it has written `count` messages, or did not live to. */
  async wrote(count: number): Promise<void> {
    const goal = this.written + count;
    while (this.written < goal && this.#child.exitCode === null) {
      const said = new Promise<void>((resolve) => {
        this.#said = resolve;
      });
      await Promise.race([said, this.#closed]);
    }
  }

  /** kill -9; resolves when it is dead and all that it said was heard. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
