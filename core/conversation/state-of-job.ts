import type { NewEvent } from '../../schemas/event.ts';
import { jobFilter } from '../../schemas/subjects.ts';
import { isOpen, type JobState, type OpenJob } from '../domain/job/job-state.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';
import { knownJob } from './known-job.ts';

/** Conflicts with what the job itself says are passing; so many in a row are none. */
const TRIES = 20;

/**
 * States something of a job, decided on what the log has of it at this moment; again where something was
 * stated in between. Nothing for a job that has ended. Throws what an append can fail with.
 */
export async function stateOfJob(
  log: EventLog,
  jobId: string,
  decide: (job: OpenJob) => NewEvent[] | Promise<NewEvent[]>,
): Promise<JobState> {
  const filter = jobFilter(jobId);
  for (let tries = 1; ; tries += 1) {
    const sequence = (await log.last('EVENTS', filter))?.sequence ?? 0;
    const job = await knownJob(log, jobId);
    const events = isOpen(job) ? await decide(job) : [];
    if (events.length === 0) return job;
    const result = await log.append(events, { expect: { filter, sequence } });
    if (result.ok) return knownJob(log, jobId);
    // Of two who state an end at once, one finds its ids taken.
    const isOvertaken = result.error === 'conflict' || result.error === 'id-taken';
    if (!isOvertaken || tries === TRIES) throw appendError(result);
  }
}
