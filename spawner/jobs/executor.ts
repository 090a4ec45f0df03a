import type { JobEnd } from '../../core/domain/job/job-end-events.ts';
import type { JobRun, JobState, WorkingJob } from '../../core/domain/job/job-state.ts';
import type { ToolDeclaration } from '../../schemas/tool-declaration.ts';

/** What a run said of itself, and where in what it said. */
export interface JobSaid {
  text?: string | undefined;
  percent?: number | undefined;
  position: string;
}

/** What an executor is given for a run. */
export interface JobOrder {
  job: WorkingJob;
  run: JobRun;
  tool: ToolDeclaration;
  /** Is told signs of life, each once it is read; after a restart perhaps again, with its position. */
  said: (said: JobSaid) => Promise<void>;
  /** Lets go: what runs lives on. */
  signal: AbortSignal;
}

/** A run that this process watches. */
export interface JobHandle {
  /** Resolves with how it ended; never after the signal of its order has aborted. Never rejects. */
  readonly ended: Promise<JobEnd>;
  /** Ends it, and resolves when nothing of it runs any more. */
  stop(): Promise<void>;
  /** Frees what is kept of it, once its end is stated. */
  remove(): Promise<void>;
}

/** What is offered to whoever may take it, somewhere else. */
export type JobOffer = Pick<JobOrder, 'tool' | 'signal'> & {
  job: WorkingJob;
  /** Is told once that somebody has taken it. */
  onTaken: () => void;
};

/** A way in which jobs are run. */
export interface Executor {
  /** Makes ready what its tools need, before any job; absent where that is nothing. */
  prepare?(tools: readonly ToolDeclaration[]): Promise<void>;
  /** The hash of the token by which whoever does this job may call back; undefined where nobody may. */
  callbackHash?(job: Pick<JobOrder, 'job' | 'tool'>): string | undefined;
  /**
   * Offers a job; the job is accepted when it was taken, and not before. Safe to repeat. Resolves
   * with whether it is taken. Absent where a run begins where it is accepted.
   */
  offer?(offer: JobOffer): Promise<boolean>;
  /** Nobody is to take it any more. Safe to repeat. */
  withdraw?(job: Pick<JobState, 'jobId' | 'tool'>): Promise<void>;
  /** Begins it. Called at most once for a run, by the process that stated that it has accepted it. */
  start(order: JobOrder): Promise<JobHandle | { failed: string }>;
  /** Finds again what another process began; undefined where there is nothing to be found. */
  attach(order: JobOrder): Promise<JobHandle | undefined>;
}
