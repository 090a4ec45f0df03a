import type { JobState } from '../../core/domain/job/job-state.ts';
import type { PlacedWord, ToolWords } from './tool-words.ts';
import type { QueueSign, WorkQueue } from './work-queue.ts';

/** What reaches a spawner of an order: the signs of the queue, and the words of workers with their place in WORKED. */
export type OrderNews = QueueSign | PlacedWord;

/**
 * All that is heard of one order, from its beginning on: kept until somebody listens, so that nothing
 * is lost between the offer and the run.
 */
export class OrderWatch {
  readonly job: Pick<JobState, 'jobId' | 'tool'>;
  readonly #queue: WorkQueue;
  readonly #words: ToolWords;
  readonly #news: OrderNews[] = [];
  #listener: ((news: OrderNews) => void) | undefined;
  #stopSigns: (() => void) | undefined;
  /** It was seen with a worker. */
  isTaken = false;
  onTaken: (() => void) | undefined;

  constructor(
    job: Pick<JobState, 'jobId' | 'tool'>,
    { queue, words }: { queue: WorkQueue; words: ToolWords },
  ) {
    this.job = job;
    this.#queue = queue;
    this.#words = words;
  }

  /** Resolves when everything is heard that was said before. Throws as reading the log does. */
  open(signal: AbortSignal): Promise<void> {
    return this.#words.hear(this.job.jobId, (said) => this.#tell(said), signal);
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
    this.#words.leave(this.job.jobId);
  }

  #tell(news: OrderNews): void {
    if (this.#listener) this.#listener(news);
    else this.#news.push(news);
    if (this.isTaken) return;
    this.isTaken = true;
    this.onTaken?.();
  }
}
