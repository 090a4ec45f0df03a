import type { NewEvent } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import { MAX_JOB_PROGRESS } from '../../../schemas/limits.ts';
import { newEvent, type Whose } from '../../../schemas/new-event.ts';
import { jobScheduleSubject } from '../../../schemas/subjects.ts';
import type { ClusterView } from '../agent/claim.ts';
import type { JobState, OpenJob, Overdue, WaitingJob, WorkingJob } from './job-state.ts';

const SOURCE = 'orchestrator/jobs';

/** What events of a job need to know of it. */
type OfJob = Pick<JobState, 'jobId' | 'createdBy' | 'timeouts'> & {
  correlationId?: string | undefined;
  traceparent?: string | undefined;
};

type JobEventType = Extract<EventType, `job.${string}` | `job-timer.${string}`>;

/** An event of a job; `id` is what, beside the job, its own id is derived from. */
export function jobEvent<T extends JobEventType>(
  { jobId, createdBy, correlationId, traceparent }: OfJob,
  type: T,
  data: DataOf<T>,
  now: Date,
  own: { id?: string; causationId?: string } = {},
): NewEvent {
  const id = [type, jobId, ...(own.id === undefined ? [] : [own.id])].join(':');
  const meta = { id, source: SOURCE, now, correlationId, traceparent };
  const whose = { jobId } as Whose<T>;
  return newEvent(type, whose, data, { ...meta, causationId: own.causationId ?? createdBy });
}

/** A time-out as a schedule of the server: no process has to be alive for it. A later one replaces it. */
export function jobTimer(job: OfJob, name: Overdue, from: Date): NewEvent[] {
  const ms = job.timeouts[`${name}Ms`];
  if (ms === undefined) return [];
  const at = new Date(from.getTime() + ms);
  const dueAt = at.toISOString();
  const event = jobEvent(job, `job-timer.${name}`, { dueAt }, from, { id: dueAt });
  const schedule = { at, target: event.subject };
  return [{ ...event, subject: jobScheduleSubject(job.jobId, name), schedule }];
}

/** A person has said whether it may run. */
export function answeredEvents(
  job: WaitingJob,
  approved: boolean,
  from: Person | undefined,
  now: Date,
): NewEvent[] {
  const data = { approved, ...(from && { from }) };
  const answered = jobEvent(job, 'job.answered', data, now);
  return [answered, ...(approved ? jobTimer(job, 'accept', now) : [])];
}

/** This spawner takes it, or takes it over; its time in all is counted from the first who did. */
export function acceptedEvents(
  job: WorkingJob,
  own: { executor: string; self: ClusterView['self']; callback?: string | undefined },
  now: Date,
): NewEvent[] {
  const epoch = (job.run?.epoch ?? 0) + 1;
  const { node, place, holder } = own.self;
  const runId = `run-${job.jobId.slice('job_'.length)}`;
  const callback = own.callback !== undefined && { callback: own.callback };
  const data = { runId, executor: own.executor, node, place, holder, epoch, ...callback };
  const accepted = jobEvent(job, 'job.accepted', data, now, { id: String(epoch) });
  if (job.run !== undefined) return [accepted];
  return [accepted, ...jobTimer(job, 'total', now), ...jobTimer(job, 'heartbeat', now)];
}

/**
 * @param position where in what the run said it stands: the same line is one event however often it is read
 */
export function progressEvents(
  job: OpenJob,
  { text, percent }: { text?: string | undefined; percent?: number | undefined },
  position: string,
  now: Date,
): NewEvent[] {
  const data = {
    ...(text !== undefined && { text: text.slice(0, MAX_JOB_PROGRESS).toWellFormed() }),
    ...(percent !== undefined && { percent: Math.min(100, Math.max(0, percent)) }),
  };
  return [
    jobEvent(job, 'job.progress', data, now, { id: position }),
    ...jobTimer(job, 'heartbeat', now),
  ];
}

/** Somebody wants it to end. */
export function cancelEvents(
  job: OpenJob,
  by: { from?: Person | undefined; agentId?: string | undefined; causationId: string },
  now: Date,
): NewEvent[] {
  const { from, agentId, causationId } = by;
  const data = { ...(from && { from }), ...(agentId !== undefined && { agentId }) };
  return [jobEvent(job, 'job.cancel-requested', data, now, { id: causationId, causationId })];
}
