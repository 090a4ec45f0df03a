import type { Logger } from 'pino';
import { endEvents, type JobEnd } from '../../core/domain/job/job-end-events.ts';
import { acceptedEvents, progressEvents } from '../../core/domain/job/job-events.ts';
import {
  isOpen,
  type JobRun,
  type JobState,
  type OpenJob,
  type WorkingJob,
} from '../../core/domain/job/job-state.ts';
import { type JobPlace, type JobStep, nextJobStep } from '../../core/domain/job/next-job-step.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { BackOff, isWorthSaying, NEAR } from '../../platform/async/back-off.ts';
import { retry } from '../../platform/async/retry.ts';
import { WakeLoop } from '../../platform/async/wake-loop.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';
import type { Executor, JobHandle, JobOrder, JobSaid } from './executor.ts';
import { JobAppender, type JobAppenderOptions } from './job-appender.ts';

export interface JobWorkerDependencies extends JobAppenderOptions {
  follower: SystemFollower;
  logger: Logger;
  clock: () => Date;
  /** Is the lease held, without which nothing may be done? */
  isHeld: () => boolean;
  placeOf: (job: JobState) => JobPlace;
  toolOf: (job: JobState) => ToolDeclaration | undefined;
  executorOf: (kind: string) => Executor | undefined;
}

/**
 * Does for one job what the log says is next, one step after the other. It keeps nothing that the log
 * does not hold but its hold of what runs.
 */
export class JobWorker {
  readonly jobId: string;
  readonly #deps: JobWorkerDependencies;
  readonly #appender: JobAppender;
  readonly #signal: AbortSignal;
  readonly #loop: WakeLoop;
  readonly #backOff = new BackOff(NEAR);
  #handle: JobHandle | undefined;
  /** This process has begun it, or tried to: it never does so again. */
  #begun = false;
  /** How what ran has ended; its end is still to be stated. */
  #ended: JobEnd | undefined;

  constructor(jobId: string, deps: JobWorkerDependencies, signal: AbortSignal) {
    this.jobId = jobId;
    this.#deps = deps;
    this.#signal = signal;
    this.#appender = new JobAppender(jobId, deps, signal);
    this.#loop = new WakeLoop(() => this.#look(), signal);
  }

  /** Looks again at what is next. Cheap, and safe to call at any time. */
  wake(): void {
    this.#loop.wake();
  }

  idle(): Promise<void> {
    return this.#loop.idle();
  }

  get #job(): JobState | undefined {
    return this.#deps.follower.state.jobs.get(this.jobId);
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    try {
      while (!this.#signal.aborted && this.#deps.isHeld() && (await this.#advance())) {
        this.#backOff.reset();
      }
    } catch (error) {
      if (this.#signal.aborted) return;
      const wait = this.#backOff.wait(this.#signal);
      if (isWorthSaying(this.#backOff.failures)) {
        this.#deps.logger.warn({ err: error, jobId: this.jobId }, 'job: trying again');
      }
      void wait.then(() => this.wake());
    }
  }

  /** Takes the next step; false where there is nothing to do but to wait. */
  async #advance(): Promise<boolean> {
    const job = this.#job;
    if (job === undefined) return false;
    if (!isOpen(job)) return this.#tidy();
    const step = nextJobStep(job, this.#deps.placeOf(job));
    if (step === undefined) return false;
    await this.#take(step);
    // What was decided is folded: anything else is another's, and wakes it.
    return this.#job !== job;
  }

  async #take(step: JobStep): Promise<void> {
    switch (step.do) {
      case 'accept':
        return this.#accept(step.job, false);
      case 'take-over':
        return this.#accept(step.job, true);
      case 'watch':
        return this.#watch(step.run);
      case 'stop':
        return this.#stop(step.run, step.end);
      case 'end':
        return this.#end(step.end);
    }
  }

  /**
   * Once it stands in the log that it is this process's own, and not before, it is begun or found again.
   * A process that dies in between has begun nothing, and the next one begins nothing.
   */
  async #accept(decidedOn: WorkingJob, isTakeover: boolean): Promise<void> {
    const { clock, placeOf, toolOf } = this.#deps;
    const { self } = placeOf(decidedOn).view;
    const executor = decidedOn.run?.executor ?? toolOf(decidedOn)?.executor.kind ?? 'none';
    if (!isTakeover && !(await this.#isTaken(decidedOn, executor))) return;
    const tool = toolOf(decidedOn);
    const callback =
      tool && this.#deps.executorOf(executor)?.callbackHash?.({ job: decidedOn, tool });
    await this.#state((job) => {
      if (job.phase !== 'working' || job.run?.epoch !== decidedOn.run?.epoch) return [];
      return acceptedEvents(job, { executor, self, callback }, clock());
    });
    const job = this.#job;
    if (job?.phase !== 'working' || job.run === undefined) return;
    const { run } = job;
    if (run.holder !== self.holder || run.node !== self.node) return;
    await (isTakeover ? this.#attach(job, run) : this.#start(job, run));
  }

  /** What others do has to be taken first: time to accept goes on until then. */
  async #isTaken(job: WorkingJob, kind: string): Promise<boolean> {
    const executor = this.#deps.executorOf(kind);
    const tool = this.#deps.toolOf(job);
    if (executor?.offer === undefined || tool === undefined) return true;
    return executor.offer({ job, tool, signal: this.#signal, onTaken: () => this.wake() });
  }

  async #start(job: WorkingJob, run: JobRun): Promise<void> {
    this.#begun = true;
    const order = this.#order(job, run);
    const executor = this.#deps.executorOf(run.executor);
    const started =
      order === undefined || executor === undefined
        ? { failed: `there is no tool ${job.tool} here any more` }
        : await executor.start(order);
    if ('failed' in started) {
      this.#ended = { end: 'failed', code: 'ORC_JOB_FAILED', reason: started.failed };
    } else {
      this.#hold(started);
    }
  }

  async #attach(job: WorkingJob, run: JobRun): Promise<void> {
    const order = this.#order(job, run);
    const executor = this.#deps.executorOf(run.executor);
    const handle = order && (await executor?.attach(order));
    if (handle !== undefined) return this.#hold(handle);
    const reason = 'what ran it was gone when the spawner came back';
    this.#ended = { end: 'failed', code: 'ORC_JOB_INTERRUPTED', reason };
  }

  #order(job: WorkingJob, run: JobRun): JobOrder | undefined {
    const tool = this.#deps.toolOf(job);
    return tool && { job, run, tool, said: (said) => this.#said(said), signal: this.#signal };
  }

  #hold(handle: JobHandle): void {
    this.#handle = handle;
    void handle.ended.then((end) => {
      this.#ended ??= end;
      this.wake();
    });
  }

  /** Stated one after the other; what cannot be stored now is waited for, and what runs waits with it. */
  async #said({ position, ...said }: JobSaid): Promise<void> {
    const { clock, placeOf } = this.#deps;
    const state = () =>
      this.#state((job) => {
        const isOwn = job.phase === 'working' && job.run?.holder === placeOf(job).view.self.holder;
        return isOwn ? progressEvents(job, said, position, clock()) : [];
      });
    await retry(state, { isPassing: () => true, signal: this.#signal });
  }

  async #watch(run: JobRun): Promise<void> {
    if (this.#ended) return this.#end(this.#ended);
    const job = this.#job;
    if (this.#handle || job?.phase !== 'working') return;
    // That it was accepted was stored, and its acknowledgement did not come. A holder is one process:
    // where this one has not begun the first run, nobody has.
    await (run.epoch === 1 && !this.#begun ? this.#start(job, run) : this.#attach(job, run));
    if (this.#ended) await this.#end(this.#ended);
  }

  /** What completed before it could be stopped has completed. */
  async #stop(run: JobRun, wanted: JobEnd): Promise<void> {
    if (!this.#handle && !this.#ended) {
      const job = this.#job;
      if (job?.phase === 'working') await this.#attach(job, run);
    }
    await this.#handle?.stop();
    const end = this.#ended ?? (await this.#handle?.ended);
    await this.#end(end?.end === 'completed' ? end : wanted);
  }

  async #end(end: JobEnd): Promise<void> {
    const { follower, clock } = this.#deps;
    await this.#state((job) => {
      const agent = job.by && follower.state.agents.get(job.by.agentId);
      return endEvents(job, end, agent, clock());
    });
  }

  #state(decide: (job: OpenJob) => NewEvent[]): Promise<void> {
    return this.#appender.append(() => {
      const job = this.#job;
      return job !== undefined && isOpen(job) ? decide(job) : [];
    });
  }

  /** Of what has ended nothing is kept but what the log has. */
  async #tidy(): Promise<false> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.remove();
    const job = this.#job;
    if (job === undefined) return false;
    const executor = this.#deps.executorOf(this.#deps.toolOf(job)?.executor.kind ?? 'none');
    await executor?.withdraw?.(job);
    return false;
  }
}
