import type { Logger } from 'pino';
import { isOpen, type JobState } from '../../core/domain/job/job-state.ts';
import type { JobPlace } from '../../core/domain/job/next-job-step.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';
import type { Ownership } from '../ownership/ownership.ts';
import type { Executor } from './executor.ts';
import { JobWorker } from './job-worker.ts';

export interface JobsOptions {
  log: EventLog;
  follower: SystemFollower;
  logger: Logger;
  ownership: Ownership;
  clock: () => Date;
  tools: readonly ToolDeclaration[];
  executors: ReadonlyMap<string, Executor>;
  /** Where the runs of jobs can be reached from. */
  place: string;
}

/** Has each job taken on by a worker of its own: what the log tells of one wakes it. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #tools: ReadonlyMap<string, ToolDeclaration>;
  readonly #workers = new Map<string, JobWorker>();
  readonly #abort = new AbortController();
  #unsubscribe: (() => void) | undefined;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#tools = new Map(options.tools.map((tool) => [tool.name, tool]));
  }

  /** Takes up what is open. The follower must have caught up. */
  start(): void {
    const { follower } = this.#options;
    this.#unsubscribe = follower.subscribe(({ subject }) => {
      if (!subject.startsWith('jobs.')) return;
      const address = parseSubject(subject);
      if (address?.family === 'job' || address?.family === 'job-timer') this.#look(address.jobId);
    });
    this.lookAtAll();
  }

  /** Something of this node, or of others, may have changed. */
  lookAtAll(): void {
    if (this.#abort.signal.aborted) return;
    for (const job of this.#options.follower.state.jobs.values()) {
      if (isOpen(job)) this.#worker(job.jobId).wake();
    }
  }

  /** Lets go of everything; what runs lives on. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#abort.abort();
    await Promise.all([...this.#workers.values()].map((worker) => worker.idle()));
  }

  #look(jobId: string): void {
    const job = this.#options.follower.state.jobs.get(jobId);
    if (job !== undefined && isOpen(job)) this.#worker(jobId).wake();
    else void this.#retire(jobId);
  }

  /** Its end makes room for one that waits. */
  async #retire(jobId: string): Promise<void> {
    const worker = this.#workers.get(jobId);
    if (worker === undefined) return;
    worker.wake();
    await worker.idle();
    this.#workers.delete(jobId);
    this.lookAtAll();
  }

  #worker(jobId: string): JobWorker {
    const known = this.#workers.get(jobId);
    if (known) return known;
    const { ownership, executors } = this.#options;
    const deps = {
      ...this.#options,
      isHeld: () => ownership.held,
      placeOf: (job: JobState) => this.#placeOf(job),
      toolOf: ({ tool }: JobState) => this.#tools.get(tool),
      executorOf: (kind: string) => executors.get(kind),
    };
    const worker = new JobWorker(jobId, deps, this.#abort.signal);
    this.#workers.set(jobId, worker);
    return worker;
  }

  #placeOf({ jobId, tool: name }: JobState): JobPlace {
    const { ownership, place, executors } = this.#options;
    const view = ownership.view();
    const tool = this.#tools.get(name);
    const canRun = tool !== undefined && executors.has(tool.executor.kind) && !ownership.draining;
    const self = { ...view.self, place };
    return { view: { ...view, self }, hasRoom: this.#hasRoom(jobId, tool), canRun };
  }

  /** Counted are those that run here, and before this one those that are about to. */
  #hasRoom(jobId: string, tool: ToolDeclaration | undefined): boolean {
    if (tool === undefined) return false;
    // Its queue gives no more of them away at a time.
    if (tool.executor.kind === 'nats') return true;
    const { follower, ownership } = this.#options;
    let taken = 0;
    for (const job of follower.state.jobs.values()) {
      if (job.tool !== tool.name || job.phase !== 'working') continue;
      if (job.jobId === jobId) continue;
      const isEarlier = job.run === undefined && isBefore(job, follower.state.jobs.get(jobId));
      if (job.run?.node === ownership.self.node || isEarlier) taken += 1;
    }
    return taken < tool.parallel;
  }
}

/** The one that waits longer is the next. */
const isBefore = (job: JobState, other: JobState | undefined): boolean =>
  other === undefined ||
  job.requestedAt < other.requestedAt ||
  (job.requestedAt === other.requestedAt && job.jobId < other.jobId);
