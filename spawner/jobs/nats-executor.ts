import type { Logger } from 'pino';
import { type JobEnd, lateEvents } from '../../core/domain/job/job-end-events.ts';
import type { JobState } from '../../core/domain/job/job-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { delay } from '../../platform/async/delay.ts';
import type {
  NatsExecutorOptions as Declared,
  ToolDeclaration,
} from '../../schemas/tool-declaration.ts';
import type { Executor, JobHandle, JobOffer, JobOrder, JobSaid } from './executor.ts';
import { type OrderNews, OrderWatch } from './order-watch.ts';
import { ToolWords } from './tool-words.ts';
import { WorkQueue } from './work-queue.ts';
import type { WorkerWord } from './worker-word.ts';

export interface NatsExecutorOptions {
  log: EventLog;
  follower: SystemFollower;
  logger: Logger;
  clock: () => Date;
  /** Milliseconds that a worker is waited for that was told to end. */
  stopGraceMs: number;
}

/** Of a lease, one part is gone between two signs that are stated. */
const SIGNS_A_LEASE = 3;

/**
 * Workers of the operator's do the jobs: any program that takes orders out of the queue of its tool
 * (docs/decisions/0110-workers-take-orders-from-a-queue.md). A job is accepted when a worker has taken it.
 */
export class NatsExecutor implements Executor {
  readonly #options: NatsExecutorOptions;
  readonly #queue: WorkQueue;
  readonly #watches = new Map<string, OrderWatch>();
  readonly #words = new Map<string, ToolWords>();

  constructor(options: NatsExecutorOptions) {
    this.#options = options;
    this.#queue = new WorkQueue(options.log);
  }

  async prepare(tools: readonly ToolDeclaration[]): Promise<void> {
    for (const tool of tools) {
      if (tool.executor.kind === 'nats') await this.#queue.open(tool, tool.executor);
    }
  }

  async offer({ job, signal, onTaken }: JobOffer): Promise<boolean> {
    const watch = await this.#watch(job, signal);
    watch.onTaken = onTaken;
    if (watch.isTaken || watch.hearsSigns) return watch.isTaken;
    // It was put there and is there no more: whoever has it may be at work.
    watch.isTaken = await this.#queue.isOffered(job);
    if (!watch.isTaken) watch.listenAt(await this.#queue.put(job));
    return watch.isTaken;
  }

  async withdraw({ jobId, tool }: Pick<JobState, 'jobId' | 'tool'>): Promise<void> {
    this.#watches.get(jobId)?.close();
    this.#watches.delete(jobId);
    await this.#queue.take(tool, jobId);
  }

  async start(order: JobOrder): Promise<JobHandle | { failed: string }> {
    const { executor, name } = order.tool;
    if (executor.kind !== 'nats') return { failed: `${name} has no workers any more` };
    const watch = await this.#watch(order.job, order.signal);
    return new NatsRun(order, executor, watch, this.#queue, this.#options);
  }

  async attach(order: JobOrder): Promise<JobHandle | undefined> {
    if (order.tool.executor.kind !== 'nats') return undefined;
    const run = await this.start(order);
    return 'failed' in run ? undefined : run;
  }

  async #watch(job: Pick<JobState, 'jobId' | 'tool'>, signal: AbortSignal): Promise<OrderWatch> {
    const known = this.#watches.get(job.jobId);
    if (known) return known;
    const words = this.#words.get(job.tool) ?? new ToolWords(job.tool, this.#options);
    this.#words.set(job.tool, words);
    const watch = new OrderWatch(job, { queue: this.#queue, words });
    try {
      await watch.open(signal);
      const place = await this.#queue.place(job);
      if (place !== undefined) watch.listenAt(place);
    } catch (error) {
      watch.close();
      throw error;
    }
    this.#watches.set(job.jobId, watch);
    return watch;
  }
}

/** A job that a worker has, as this process hears of it. */
class NatsRun implements JobHandle {
  readonly ended: Promise<JobEnd>;
  readonly #order: JobOrder;
  readonly #declared: Declared;
  readonly #queue: WorkQueue;
  readonly #options: NatsExecutorOptions;
  readonly #end = Promise.withResolvers<JobEnd>();
  /** The delivery whose words count: the last that gave a sign. */
  #attempt = 0;
  #isOver = false;
  /** Still to be stated, and what states it. */
  #next: JobSaid | undefined;
  #saying: Promise<void> | undefined;
  #statedAt = 0;
  /** Ends of deliveries that were over, and of this one after the job's: stated as late. */
  readonly #late: { end: JobEnd; position: number }[] = [];

  constructor(
    order: JobOrder,
    declared: Declared,
    watch: OrderWatch,
    queue: WorkQueue,
    options: NatsExecutorOptions,
  ) {
    this.#order = order;
    this.#declared = declared;
    this.#queue = queue;
    this.#options = options;
    this.ended = this.#end.promise;
    watch.listen((news) => this.#hear(news));
  }

  /** It is told, and may say until the grace is over what became of it. */
  async stop(): Promise<void> {
    const { job, signal } = this.#order;
    this.#queue.tellOver(job.tool, job.jobId);
    await Promise.race([this.ended, delay(this.#options.stopGraceMs, signal)]);
    this.#resolve({ end: 'cancelled', reason: '' });
  }

  /** Ends that came too late are stated, and nothing comes of them. */
  async remove(): Promise<void> {
    const { log, follower, clock } = this.#options;
    const job = follower.state.jobs.get(this.#order.job.jobId);
    if (job === undefined) return;
    for (const { end, position } of this.#late.splice(0)) {
      const events = lateEvents(job, end, String(position), clock());
      for (const event of events) await log.appendOnce(event);
    }
  }

  #hear(news: OrderNews): void {
    if ('sign' in news) this.#onSign(news.sign, news.attempt);
    else this.#onWord(news.word, news.position);
  }

  #onSign(sign: 'alive' | 'over', attempt: number): void {
    if (attempt < this.#attempt) return;
    this.#attempt = attempt;
    if (sign === 'alive') {
      this.#alive();
      return;
    }
    const reason = `its worker gave no sign of life for ${this.#declared.lease / 1_000} s, or gave it up`;
    this.#resolve({ end: 'failed', code: 'ORC_JOB_INTERRUPTED', reason });
  }

  /** Not each of them is stated: a worker may give more than it needs to. */
  #alive(): void {
    const bounds = [this.#declared.lease, this.#order.job.timeouts.heartbeatMs ?? Infinity];
    const now = Date.now();
    if (this.#next !== undefined || now - this.#statedAt < Math.min(...bounds) / SIGNS_A_LEASE)
      return;
    this.#statedAt = now;
    this.#say({ position: `sign-${this.#attempt}-${now}` });
  }

  #onWord(word: WorkerWord, position: number): void {
    const isStale = word.attempt < this.#attempt || this.#isOver;
    if (!isStale) this.#attempt = word.attempt;
    if (word.name === 'progress') {
      if (!isStale) {
        this.#say({ text: word.text, percent: word.percent, position: `word-${position}` });
      }
      return;
    }
    const end = endOf(word);
    if (isStale) this.#late.push({ end, position });
    else this.#resolve(end);
  }

  /** One after the other; of many that come meanwhile the last is what counts by now. */
  #say(said: JobSaid): void {
    this.#next = said;
    this.#saying ??= this.#sayAll();
  }

  async #sayAll(): Promise<void> {
    while (this.#next !== undefined) {
      const said = this.#next;
      this.#next = undefined;
      // What cannot be stored now is tried again there, until this process lets go.
      await this.#order.said(said).catch(() => undefined);
    }
    this.#saying = undefined;
  }

  /** What it said before its end is stated before that. */
  #resolve(end: JobEnd): void {
    this.#isOver = true;
    void Promise.resolve(this.#saying).then(() => this.#end.resolve(end));
  }
}

function endOf(word: Exclude<WorkerWord, { name: 'progress' }>): JobEnd {
  if (word.name === 'completed') return { end: 'completed', result: word.result ?? null };
  return { end: 'failed', code: 'ORC_JOB_FAILED', reason: word.error };
}
