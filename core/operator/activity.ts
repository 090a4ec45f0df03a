import type { StoredEvent } from '../../schemas/event.ts';

/** How much happened, in stretches of time of one length, from the first to the last. */
export interface Activity {
  /** When each stretch begins, seconds since 1970. */
  at: number[];
  /** Turns that began. */
  turns: number[];
  answers: number[];
  /** What was brought to chats. */
  deliveries: number[];
  /** Turns that failed, messages that were refused, and deliveries that were given up. */
  failures: number[];
}

/** What of the log is counted. */
export const ACTIVITY_FILTERS = [
  'agents.*.turn.started',
  'agents.*.turn.failed',
  'agents.*.response.answer',
  'agents.*.process.rejected',
  'deliveries.*.*.confirmed',
  'deliveries.*.*.failed',
] as const;

type Counted = Exclude<keyof Activity, 'at'>;

/**
 * Counts events in stretches of time. Changed in place, an event at a time, in any order; what is out of
 * the time is left out.
 *
 * @example
 * const counts = new ActivityCounts({ from, to, stretchMs: 60_000 });
 * for (const event of events) counts.take(event);
 * draw(counts.activity);
 */
export class ActivityCounts {
  readonly activity: Activity;
  readonly #firstMs: number;
  readonly #stretchMs: number;

  /** @param options.stretchMs the length of a stretch, whole seconds in milliseconds */
  constructor({ from, to, stretchMs }: { from: Date; to: Date; stretchMs: number }) {
    this.#firstMs = Math.floor(from.getTime() / stretchMs) * stretchMs;
    this.#stretchMs = stretchMs;
    const length = Math.max(1, Math.ceil((to.getTime() - this.#firstMs) / stretchMs));
    const zeros = () => new Array<number>(length).fill(0);
    this.activity = {
      at: zeros().map((_, index) => (this.#firstMs + index * stretchMs) / 1000),
      turns: zeros(),
      answers: zeros(),
      deliveries: zeros(),
      failures: zeros(),
    };
  }

  take(event: StoredEvent): void {
    const counted = countedAs(event);
    if (counted === undefined) return;
    const index = Math.floor((Date.parse(event.time) - this.#firstMs) / this.#stretchMs);
    const counts = this.activity[counted];
    const count = counts[index];
    if (count !== undefined) counts[index] = count + 1;
  }
}

function countedAs(event: StoredEvent): Counted | undefined {
  switch (event.type) {
    case 'turn.started':
      return 'turns';
    case 'response.answer':
      return 'answers';
    case 'delivery.confirmed':
      return event.data.part + 1 >= event.data.parts ? 'deliveries' : undefined;
    case 'delivery.failed':
      return event.data.again ? undefined : 'failures';
    case 'turn.failed':
    case 'process.rejected':
      return 'failures';
    default:
      return undefined;
  }
}
