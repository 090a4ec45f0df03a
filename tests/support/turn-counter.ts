import type { EventLog } from '../../core/log/event-log.ts';

/** Counts the turns that end from now on, and waits for a number of them. */
export class TurnCounter {
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Resolves when the log holds `count` ended or failed turns in all. */
  async until(count: number, signal = AbortSignal.timeout(600_000)): Promise<void> {
    let seen = 0;
    const follow = { stream: 'EVENTS', from: { sequence: 1 }, filter: 'agents.*.turn.*' } as const;
    for await (const { messages } of this.#log.follow({ ...follow, signal })) {
      for (const { subject } of messages) {
        if (subject.endsWith('.ended') || subject.endsWith('.failed')) seen += 1;
      }
      if (seen >= count) return;
    }
    throw new Error(`${seen} of ${count} turns ended in time`);
  }
}
