import { jobFilter } from '../../schemas/subjects.ts';
import { foldMessage } from '../domain/fold-message.ts';
import type { JobState } from '../domain/job/job-state.ts';
import { initialSystem } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';

/**
 * A job as the log has it, also one that has left the state: of all that is read, only its own events.
 * Undefined where nobody requested it. Throws as `EventLog.read` does.
 */
export async function jobFromLog(log: EventLog, jobId: string): Promise<JobState | undefined> {
  const state = initialSystem();
  const from = { sequence: 1 };
  for await (const message of log.read({ stream: 'EVENTS', from, filter: jobFilter(jobId) })) {
    foldMessage(state, message);
  }
  return state.jobs.get(jobId);
}
