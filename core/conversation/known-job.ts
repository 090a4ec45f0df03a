import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import type { JobState } from '../domain/job/job-state.ts';
import type { EventLog } from '../log/event-log.ts';
import { jobFromLog } from '../projection/job-from-log.ts';

/** A job, however long ago it was. Throws ORC_JOB_NOT_FOUND. */
export async function knownJob(log: EventLog, jobId: string): Promise<JobState> {
  const job = await jobFromLog(log, jobId);
  if (job !== undefined) return job;
  throw new OrchestratorError('ORC_JOB_NOT_FOUND', `There is no job ${jobId}`);
}

/** What was asked for when a job was requested; undefined where it never was. */
export async function requestedJob(
  log: EventLog,
  jobId: string,
): Promise<DataOf<'job.requested'> | undefined> {
  const message = await log.first('EVENTS', subjectOf({ family: 'job', jobId, name: 'requested' }));
  const parsed = message && parseEvent(message);
  if (parsed?.kind !== 'event' || parsed.event.type !== 'job.requested') return undefined;
  return parsed.event.data;
}
