import type { NewEvent, StoredEvent } from '../../schemas/event.ts';

/** Clocks of two machines are never quite the same. */
const EARLY_MS = 1_000;

/** So many are kept in mind; one that is older is passed by. */
const MOST_TIMERS = 200_000;

/** Timers that were set by what is decided now, by what rings. */
export class Timers {
  readonly #set = new Map<string, number>();
  #forgotten = false;

  set(events: readonly NewEvent[]): void {
    for (const { schedule, id } of events) {
      if (schedule === undefined) continue;
      const key = keyOf(schedule.target, id);
      this.#set.delete(key);
      this.#set.set(key, schedule.at.getTime());
      if (this.#set.size > MOST_TIMERS) this.#forgetOldest();
    }
  }

  /** A timer has rung: was it set, and is it due? */
  isDue({ subject, id, time }: StoredEvent, storedAt: Date): boolean {
    const at = this.#set.get(keyOf(subject, id));
    if (at === undefined) return this.#forgotten;
    // What was stated is when it was set; the broker says when it rang.
    return Math.max(storedAt.getTime(), Date.parse(time)) >= at - EARLY_MS;
  }

  #forgetOldest(): void {
    const [oldest] = this.#set.keys();
    if (oldest !== undefined) this.#set.delete(oldest);
    this.#forgotten = true;
  }
}

const keyOf = (subject: string, id: string): string => `${subject} ${id}`;
