import { jobFilter } from '../../schemas/subjects.ts';
import { knownJob } from '../conversation/known-job.ts';
import { JOB_ENDS } from '../domain/job/job-state.ts';
import { type JobView, jobView } from '../domain/job/job-view.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';

/** A job when it has ended, however it did. Throws ORC_JOB_NOT_FOUND, and ORC_TIMED_OUT while it goes on. */
export async function awaitJobEnd(
  log: EventLog,
  jobId: string,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<JobView> {
  await knownJob(log, jobId);
  const of = { filter: jobFilter(jobId) };
  const wanted = { of, from: 1, timeoutMs, what: `the end of ${jobId}`, signal };
  await awaitEvent(log, wanted, ({ type }) => JOB_ENDS.has(type) || undefined);
  return jobView(await knownJob(log, jobId));
}
