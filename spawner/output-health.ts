import type { Health } from '../platform/service/health.ts';
import { OrchestratorError } from '../schemas/errors.ts';

const CHECK = 'output';

/** Tells in the spawner's health whose output cannot be read or stored, and for what reason. */
export class OutputHealth {
  readonly #health: Health;
  /** By subject: what is wrong. */
  readonly #failing = new Map<string, string>();
  #refused = 0;
  #lastRefused = '';

  constructor(health: Health) {
    this.#health = health;
  }

  /** The log speaks in OrchestratorErrors; where the output comes from does not. */
  failing(subject: string, error: unknown): void {
    const what = error instanceof OrchestratorError ? 'stored' : 'read';
    this.#failing.set(subject, `${subject} cannot be ${what}: ${messageOf(error)}`);
    this.#report();
  }

  /** It is read and stored, or nobody reads it any more. */
  well(subject: string): void {
    if (this.#failing.delete(subject)) this.#report();
  }

  /** A line was refused for good; the next ones go on. */
  refused(subject: string, error: unknown): void {
    this.#refused += 1;
    this.#lastRefused = `${subject}: ${messageOf(error)}`;
    this.#report();
  }

  #report(): void {
    const [first] = this.#failing.values();
    const others = this.#failing.size > 1 ? `, and ${this.#failing.size - 1} more` : '';
    const now = first === undefined ? 'what agents print is stored' : `${first}${others}`;
    const isNotable = this.#refused > 0;
    const before = isNotable
      ? `; lines that were refused: ${this.#refused}, the last of ${this.#lastRefused}`
      : '';
    this.#health.report(CHECK, first === undefined, `${now}${before}`, isNotable);
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
