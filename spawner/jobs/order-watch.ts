import type { Logger } from 'pino';
import type { JobState } from '../../core/domain/job/job-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { workedFilter } from '../../schemas/subjects.ts';
import type { QueueSign, WorkQueue } from './work-queue.ts';
import { type WorkerWord, workerWord } from './worker-word.ts';

/** What reaches a spawner of an order: the signs of the queue, and the words of workers with their place in WORKED. */
export type OrderNews = QueueSign | { word: WorkerWord; position: number };

/**
 * All that is heard of one order, from its beginning on: kept until somebody listens, so that nothing
 * is lost between the offer and the run.
 */
export class OrderWatch {
  readonly job: Pick<JobState, 'jobId' | 'tool'>;
  readonly #queue: WorkQueue;
  readonly #abort = new AbortController();
  readonly #news: OrderNews[] = [];
  readonly #caughtUp = Promise.withResolvers<void>();
  #listener: ((news: OrderNews) => void) | undefined;
  #stopSigns: (() => void) | undefined;
  /** It was seen with a worker. */
  isTaken = false;
  onTaken: (() => void) | undefined;

  constructor(
    job: Pick<JobState, 'jobId' | 'tool'>,
    { log, queue, logger }: { log: EventLog; queue: WorkQueue; logger: Logger },
    signal: AbortSignal,
  ) {
    this.job = job;
    this.#queue = queue;
    const until = AbortSignal.any([signal, this.#abort.signal]);
    this.#follow(log, until).catch((err: unknown) => {
      this.#caughtUp.reject(err);
      if (!until.aborted) logger.error({ err, jobId: job.jobId }, 'a worker is not heard any more');
    });
    this.#caughtUp.promise.catch(() => undefined);
  }

  /** Resolves when everything is heard that was said before it began. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** It is known where its order is in the queue. */
  get hearsSigns(): boolean {
    return this.#stopSigns !== undefined;
  }

  /** From now on the signs of the order at this place of the queue are heard, too. */
  listenAt(sequence: number): void {
    this.#stopSigns?.();
    this.#stopSigns = this.#queue.on(this.job.tool, sequence, (sign) => this.#tell(sign));
  }

  /** Tells what was heard so far, and then what is. One listener. */
  listen(listener: (news: OrderNews) => void): void {
    this.#listener = listener;
    for (const news of this.#news.splice(0)) listener(news);
  }

  close(): void {
    this.#stopSigns?.();
    this.#abort.abort();
  }

  async #follow(log: EventLog, signal: AbortSignal): Promise<void> {
    const filter = workedFilter(this.job.tool, this.job.jobId);
    const from = { sequence: 1 };
    for await (const batch of log.follow({ stream: 'WORKED', from, filter, signal })) {
      for (const message of batch.messages) {
        const word = workerWord(message);
        if (word) this.#tell({ word, position: message.sequence });
      }
      if (batch.caughtUp) this.#caughtUp.resolve();
    }
    this.#caughtUp.resolve();
  }

  #tell(news: OrderNews): void {
    if (this.#listener) this.#listener(news);
    else this.#news.push(news);
    if (this.isTaken) return;
    this.isTaken = true;
    this.onTaken?.();
  }
}
