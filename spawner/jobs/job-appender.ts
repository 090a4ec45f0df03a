import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { jobFilter } from '../../schemas/subjects.ts';

export interface JobAppenderOptions {
  log: EventLog;
  follower: SystemFollower;
}

/**
 * Appends what was decided on one job's state as folded, on the last sequence of the job's events: of
 * two that decide at once, one is refused and looks again.
 */
export class JobAppender {
  readonly #jobId: string;
  readonly #options: JobAppenderOptions;
  readonly #signal: AbortSignal;

  constructor(jobId: string, options: JobAppenderOptions, signal: AbortSignal) {
    this.#jobId = jobId;
    this.#options = options;
    this.#signal = signal;
  }

  /**
   * Resolves when what was stored is folded: these events, or what somebody else stated first.
   *
   * @param decide is asked once all that is stored of the job is folded, so that it decides on that;
   * nothing for what is no more to be stated
   * @throws what an append fails with; it is harmless to try again
   */
  async append(decide: () => NewEvent[]): Promise<void> {
    const { log, follower } = this.#options;
    const filter = jobFilter(this.#jobId);
    const sequence = (await log.last('EVENTS', filter))?.sequence ?? 0;
    await follower.folded(sequence, this.#signal);
    const events = decide();
    if (events.length === 0) return;
    const result = await log.append(events, { expect: { filter, sequence } });
    if (result.ok && !result.duplicate) return follower.folded(result.sequence, this.#signal);
    if (!result.ok && result.error !== 'conflict' && result.error !== 'id-taken') {
      throw appendError(result);
    }
    const last = await log.last('EVENTS', filter);
    await follower.folded(last?.sequence ?? 0, this.#signal);
  }
}
