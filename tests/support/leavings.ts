import { setTimeout as delay } from 'node:timers/promises';
import { killAll, processes } from './process-tree.ts';

/** What a shell can leave behind, `@` being how long it sleeps. */
const EVERY_KIND = [
  'setsid sleep @ &',
  // A daemon of the old school: forked twice, in a session of its own.
  `setsid bash -c 'sleep @ & exit' &`,
  'nohup sleep @ >/dev/null 2>&1 &',
  `(trap '' TERM; exec sleep @) &`,
  `(trap '' TERM; exec setsid sleep @) &`,
  'env -i sleep @ &',
  // Job control: a process group of its own, in the same session.
  'set -m; env -i sleep @ & set +m',
];

/**
 * Processes that an agent starts and leaves alone. Each sleeps for a time of its own, by which it is
 * found among the processes of this machine, those of containers included.
 */
export class Leavings {
  /** A bash program that makes them and goes on. */
  readonly program: string;
  readonly #count: number;
  readonly #seconds = 100_000 + Math.floor(Math.random() * 900_000);

  constructor(kinds: readonly string[] = EVERY_KIND) {
    this.#count = kinds.length;
    this.program = kinds
      .map((kind, index) => kind.replace('@', `${this.#seconds}.${index}`))
      .join('\n');
  }

  /** The pids of those that live. */
  alive(): number[] {
    return processes()
      .filter(({ command }) => command.startsWith(`sleep ${this.#seconds}.`))
      .map(({ pid }) => pid);
  }

  /** Resolves when each is there; there is no event for that. */
  async made(): Promise<void> {
    for (let tries = 0; this.alive().length < this.#count; tries += 1) {
      if (tries > 1000) throw new Error(`${this.alive().length} of ${this.#count} were started`);
      await delay(20);
    }
  }

  end(): void {
    killAll(this.alive());
  }
}
