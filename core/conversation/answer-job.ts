import type { Person } from '../../schemas/events/parts.ts';
import { answeredEvents, cancelEvents } from '../domain/job/job-events.ts';
import type { JobState } from '../domain/job/job-state.ts';
import type { EventLog } from '../log/event-log.ts';
import { stateOfJob } from './state-of-job.ts';

/**
 * A person, or an operator, says whether a job may run: the first word counts.
 *
 * @returns the job as it is then; undefined where it waits for no answer (any more)
 * @throws ORC_JOB_NOT_FOUND, and what an append can fail with
 */
export async function answerJob(
  log: EventLog,
  jobId: string,
  approved: boolean,
  from?: Person,
): Promise<JobState | undefined> {
  let isAnswered = false;
  const job = await stateOfJob(log, jobId, (open) => {
    isAnswered = open.phase === 'input_required';
    return open.phase === 'input_required' ? answeredEvents(open, approved, from, new Date()) : [];
  });
  return isAnswered ? job : undefined;
}

/**
 * Somebody wants a job to end; said once. `causationId`: because of what.
 *
 * @throws ORC_JOB_NOT_FOUND, and what an append can fail with
 */
export const cancelJob = (
  log: EventLog,
  jobId: string,
  by: { from?: Person | undefined; causationId: string },
): Promise<JobState> =>
  stateOfJob(log, jobId, (job) => (job.cancel ? [] : cancelEvents(job, by, new Date())));
