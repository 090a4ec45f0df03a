import type { AppendFailure, AppendResult } from './append-result.ts';

export type AppendOutcome = 'ok' | 'duplicate' | AppendFailure['error'];

/** How many appends came to what, since the process started. */
export class AppendCounts {
  readonly #counts = new Map<AppendOutcome, number>();

  /** Counts what came of an append, and hands it on. */
  async counted(appending: Promise<AppendResult>): Promise<AppendResult> {
    const result = await appending;
    const outcome = result.ok ? (result.duplicate ? 'duplicate' : 'ok') : result.error;
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
    return result;
  }

  entries(): [AppendOutcome, number][] {
    return [...this.#counts];
  }
}
