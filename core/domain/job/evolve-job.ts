import type { StoredEvent, StoredEventOf } from '../../../schemas/event.ts';
import type { EventType } from '../../../schemas/event-catalogue.ts';
import {
  isOpen,
  type JobState,
  type KnownJob,
  type OpenJob,
  type Overdue,
  type WorkingJob,
} from './job-state.ts';

type JobEventType = Extract<EventType, `job.${string}` | `job-timer.${string}`>;

type EvolveOpen = { [T in JobEventType]?: (job: OpenJob, event: StoredEventOf<T>) => JobState };

/** What an event makes of a job that has not ended. */
const EVOLVE: EvolveOpen = {
  'job.input-required': (job, { data }) =>
    job.phase === 'working' && job.run === undefined ? waiting(job, data.question) : job,
  'job.answered': (job, { data, time }) => {
    if (job.phase !== 'input_required') return job;
    const { question: _question, ...rest } = job;
    return data.approved
      ? { ...rest, phase: 'working', since: time }
      : { ...rest, phase: 'declined' };
  },
  'job.accepted': onAccepted,
  'job.progress': onProgress,
  'job.cancel-requested': (job, { id, data }) => {
    if (job.cancel !== undefined) return job;
    const by = data.from ? `${data.from.channel}/${data.from.userId}` : data.agentId;
    return { ...job, cancel: { id, ...(by !== undefined && { by }) } };
  },
  'job.completed': (job, { time, data }) => ({
    ...ended(job, time),
    phase: 'completed',
    result: data.result,
  }),
  'job.failed': (job, { time, data: { code, reason } }) => ({
    ...ended(job, time),
    phase: 'failed',
    code,
    reason,
  }),
  'job.cancelled': (job, { time, data }) => ({
    ...ended(job, time),
    phase: 'cancelled',
    reason: data.reason,
  }),
  'job-timer.accept': (job, { data }) =>
    job.phase === 'working' && job.run === undefined
      ? dueSince(job, 'accept', job.since, data.dueAt)
      : job,
  'job-timer.heartbeat': (job, { data }) =>
    job.phase === 'working' && job.heartbeatAt !== undefined
      ? dueSince(job, 'heartbeat', job.heartbeatAt, data.dueAt)
      : job,
  'job-timer.total': (job) =>
    job.phase === 'working' && job.run !== undefined ? { ...job, overdue: 'total' } : job,
  'job-timer.confirm': (job) =>
    job.phase === 'input_required' ? { ...job, overdue: 'confirm' } : job,
};

/**
 * The job after an event. Pure and total: what does not fit leaves it as it is, so that a result which
 * comes after the end is stored and changes nothing.
 */
export function evolveJob(
  job: JobState | undefined,
  jobId: string,
  event: StoredEvent,
): JobState | undefined {
  if (job === undefined)
    return event.type === 'job.requested' ? requested(jobId, event) : undefined;
  if (!isOpen(job)) return job;
  // Each function stands under the type of the events that it takes.
  const evolve = EVOLVE[event.type as JobEventType] as
    | ((job: OpenJob, event: StoredEvent) => JobState)
    | undefined;
  return evolve?.(job, event) ?? job;
}

function requested(jobId: string, event: StoredEventOf<'job.requested'>): WorkingJob {
  const { data, time, id, correlationId, traceparent } = event;
  const own = { jobId, requestedAt: time, createdBy: id };
  const known = {
    ...data,
    ...own,
    ...(correlationId !== undefined && { correlationId }),
    ...(traceparent !== undefined && { traceparent }),
  };
  return { ...whatIsKnown(known), phase: 'working', since: time };
}

function waiting(job: WorkingJob, question: string): JobState {
  const { since: _since, run: _run, heartbeatAt: _heartbeatAt, ...rest } = job;
  return { ...rest, phase: 'input_required', question };
}

/** Only a higher epoch takes it from another. */
function onAccepted(job: OpenJob, { data, time }: StoredEventOf<'job.accepted'>): JobState {
  if (job.phase !== 'working' || (job.run?.epoch ?? 0) >= data.epoch) return job;
  const { runId, executor, node, place, holder, epoch, callback } = data;
  const acceptedAt = job.run?.acceptedAt ?? time;
  const opened = callback !== undefined && { callback };
  const run = { runId, executor, node, place, holder, epoch, acceptedAt, ...opened };
  return { ...job, run, heartbeatAt: job.heartbeatAt ?? time };
}

function onProgress(job: OpenJob, { data, time }: StoredEventOf<'job.progress'>): JobState {
  if (job.phase !== 'working' || job.run === undefined) return job;
  const { text, percent } = data;
  const progress = {
    ...job.progress,
    ...(text !== undefined && { text }),
    ...(percent !== undefined && { percent }),
    at: time,
  };
  return { ...job, progress, heartbeatAt: time };
}

/** Of a timer that was set anew since, the earlier ring means nothing. */
function dueSince(job: WorkingJob, what: Overdue, since: string, dueAt: string): WorkingJob {
  const bound = job.timeouts[`${what}Ms`];
  if (bound === undefined || Date.parse(dueAt) < Date.parse(since) + bound) return job;
  return { ...job, overdue: what };
}

/** What it was asked and how far it had come stays known. */
function ended(job: OpenJob, endedAt: string) {
  const run = job.phase === 'working' ? job.run : undefined;
  return { ...whatIsKnown(job), ...(run && { run }), endedAt };
}

function whatIsKnown(job: KnownJob): KnownJob {
  const { jobId, tool, verb, input, by, owner, notify, timeouts, requestedAt, createdBy } = job;
  const { correlationId, traceparent, progress } = job;
  return {
    jobId,
    tool,
    verb,
    input,
    ...(by && { by }),
    ...(owner && { owner }),
    notify,
    timeouts,
    requestedAt,
    createdBy,
    ...(correlationId !== undefined && { correlationId }),
    ...(traceparent !== undefined && { traceparent }),
    ...(progress && { progress }),
  };
}
