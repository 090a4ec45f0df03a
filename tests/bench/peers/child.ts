import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** How often it is asked whether a program takes messages by now. */
const LOOK_MS = 10;
const PATIENCE_MS = 600_000;
/** Of what it printed, for who wants to know why it failed. */
const KEPT_CHARACTERS = 2_000;

/** A program of a peer that serves, in a session of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;
  #printed = '';

  constructor(
    [program, ...args]: readonly [string, ...string[]],
    { cwd, env }: { cwd: string; env: Record<string, string> },
  ) {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        this.#printed = `${this.#printed}${text}`.slice(-KEPT_CHARACTERS);
      });
    }
    this.#child = child;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#child.spawnfile} was not started`);
    return this.#child.pid;
  }

  /** Resolves when `isReady` says so; rejects when the program has ended, or after ten minutes. */
  async untilReady(isReady: () => Promise<boolean>): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (!(await isReady())) {
      if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.#printed}`);
      if (performance.now() > until) throw new Error(`it was never ready: ${this.#printed}`);
      await delay(LOOK_MS);
    }
  }

  /** Resolves when it has ended, by whoever it is that ends it. */
  ended(): Promise<void> {
    return ended(this.#child);
  }
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Does a service answer with a status of success? */
export async function answersAt(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}
