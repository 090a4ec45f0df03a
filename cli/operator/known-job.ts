import type { JobState } from '../../core/domain/job/job-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { jobFromLog } from '../../core/projection/job-from-log.ts';
import { OrchestratorError } from '../../schemas/errors.ts';

/** A job, however long ago it was. Throws ORC_JOB_NOT_FOUND. */
export async function knownJob(log: EventLog, jobId: string): Promise<JobState> {
  const job = await jobFromLog(log, jobId);
  if (job !== undefined) return job;
  throw new OrchestratorError('ORC_JOB_NOT_FOUND', `There is no job ${jobId}`);
}
