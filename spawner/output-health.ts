import type { Health } from '../platform/service/health.ts';

const CHECK = 'output';

/** Tells in the spawner's health whose output cannot be read, and for what reason. */
export class OutputHealth {
  readonly #health: Health;
  /** By subject: what is wrong. */
  readonly #failing = new Map<string, string>();

  constructor(health: Health) {
    this.#health = health;
  }

  failing(subject: string, error: unknown): void {
    this.#failing.set(subject, error instanceof Error ? error.message : String(error));
    this.#report();
  }

  /** It is read, or nobody reads it any more. */
  well(subject: string): void {
    if (this.#failing.delete(subject)) this.#report();
  }

  #report(): void {
    const [first] = this.#failing;
    const detail = first === undefined ? 'what agents print is read' : this.#detail(...first);
    this.#health.report(CHECK, first === undefined, detail);
  }

  #detail(subject: string, reason: string): string {
    const others = this.#failing.size > 1 ? `, and ${this.#failing.size - 1} more` : '';
    return `${subject} cannot be read: ${reason}${others}`;
  }
}
