import { timeoutSignal } from '../../platform/async/timer.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';

export interface Awaited {
  /** An agent's events, or those of a filter. */
  of: { agentId: string } | { filter: string };
  /** The first sequence that may be it. */
  from: number;
  timeoutMs: number;
  /** What is waited for, for the error: `the agent's end`. */
  what: string;
  /** Nobody waits any more: as if the time were over. */
  signal?: AbortSignal | undefined;
}

/**
 * Follows events until `decide` returns a value. Throws ORC_TIMED_OUT, and what
 * `decide` throws.
 */
export async function awaitEvent<T>(
  log: EventLog,
  { of, from, timeoutMs, what, signal: gone }: Awaited,
  decide: (event: StoredEvent) => T | undefined,
): Promise<T> {
  const timeout = timeoutSignal(timeoutMs);
  const signal = gone === undefined ? timeout : AbortSignal.any([timeout, gone]);
  const filter = 'filter' in of ? of.filter : agentFilter(of.agentId);
  const start = { sequence: from };
  for await (const { messages } of log.follow({ stream: 'EVENTS', from: start, filter, signal })) {
    for (const message of messages) {
      const parsed = parseEvent(message);
      const value = parsed.kind === 'event' ? decide(parsed.event) : undefined;
      if (value !== undefined) return value;
    }
  }
  throw new OrchestratorError('ORC_TIMED_OUT', `${what} did not come within ${timeoutMs / 1000} s`);
}
