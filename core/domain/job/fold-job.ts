import type { StoredEvent } from '../../../schemas/event.ts';
import { evolveJob } from './evolve-job.ts';
import { isOpen, type JobState } from './job-state.ts';
import { MAX_ALL_OPEN_JOBS } from './request-job.ts';

/**
 * So many jobs that have ended are kept in mind, the last of all; an earlier one is in the log alone
 * (`jobFromLog`).
 */
export const MAX_ENDED_JOBS = 200;

/**
 * Those that are open are bounded where they are requested (`MAX_ALL_OPEN_JOBS`). Several spawners that
 * do so at once may go a little beyond that; twice as many come of nothing but a mistake, and are not taken.
 */
export const MAX_JOBS = 2 * MAX_ALL_OPEN_JOBS + MAX_ENDED_JOBS;

/** Folds one event of a job. Those that have ended stand behind each other in the order of their ends. */
export function foldJobEvent(jobs: Map<string, JobState>, jobId: string, event: StoredEvent): void {
  const known = jobs.get(jobId);
  const job = evolveJob(known, jobId, event);
  if (job === undefined || job === known) return;
  if (known === undefined && jobs.size >= MAX_JOBS) return;
  if (known !== undefined && !isOpen(job)) {
    // Behind those that have ended before it.
    jobs.delete(jobId);
    jobs.set(jobId, job);
    forgetOldest(jobs);
  } else {
    jobs.set(jobId, job);
  }
}

function forgetOldest(jobs: Map<string, JobState>): void {
  const ended = [...jobs.values()].filter((job) => !isOpen(job));
  const [oldest] = ended;
  if (ended.length > MAX_ENDED_JOBS && oldest !== undefined) jobs.delete(oldest.jobId);
}
