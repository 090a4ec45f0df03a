import { evolveJob } from '../../core/domain/job/evolve-job.ts';
import type { JobState } from '../../core/domain/job/job-state.ts';
import {
  type JobCaller,
  type JobRules,
  type JobWish,
  requestJob,
} from '../../core/domain/job/request-job.ts';
import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { AGENT, CONTEXT } from './decider.ts';
import { frozen } from './frozen.ts';

export const WISH: JobWish = { tool: 'deploy', verb: 'run', input: { to: 'live' }, notify: true };

export const CALLER: JobCaller = {
  call: { id: `${AGENT}_call-1`, sequence: 7 },
  agentId: AGENT,
  turnId: 'turn-1',
  owner: { channel: 'terminal', userId: 'ann' },
};

/** The job of these events; what is scheduled has not happened. */
export function jobAfter(events: readonly NewEvent[], from?: JobState): JobState {
  let job = from;
  for (const event of events) {
    const address = parseSubject(event.subject);
    if (event.schedule !== undefined || address?.family !== 'job') continue;
    const stored = { ...event, sequence: 1 } as StoredEvent;
    job = evolveJob(job && frozen(job), address.jobId, stored);
  }
  if (job === undefined) throw new Error('nothing was requested');
  return frozen(job);
}

/** What fires when this schedule is due. */
export const ringing = (event: NewEvent | undefined): StoredEvent => {
  if (event?.schedule === undefined) throw new Error('no schedule');
  return { ...event, subject: event.schedule.target, sequence: 1 } as StoredEvent;
};

/** The events of a request that is not refused. */
export function requestEvents(
  rules: Partial<JobRules> = {},
  own: Partial<JobWish> = {},
  jobs: readonly JobState[] = [],
): NewEvent[] {
  const all = { timeouts: {}, ...rules };
  const outcome = requestJob({ ...WISH, ...own }, CALLER, all, jobs, undefined, CONTEXT.now);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.events;
}
