import type { ErrorCode } from '../../../schemas/errors.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { JobTimeouts } from '../../../schemas/events/job.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import { derivedId } from '../../../schemas/ids.ts';
import { MAX_JOB_VALUE } from '../../../schemas/limits.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { sortedJson } from '../sorted-json.ts';
import { jobTimer } from './job-events.ts';
import { isOpen, type JobState, shownPhase } from './job-state.ts';

/** Open jobs of one agent, or of one person without one: more are refused, and said to be. */
export const MAX_OPEN_JOBS = 20;

/** Open jobs of all. */
export const MAX_ALL_OPEN_JOBS = 1_000;

/** Agents that order agents that order agents: so deep, and no deeper. */
export const MAX_ORDER_DEPTH = 3;

/** Agents that one agent may have ordered at a time by one tool. */
export const MAX_ORDERED = 4;

/** What is asked for. */
export interface JobWish {
  tool: string;
  verb: string;
  input: Record<string, unknown>;
  /** The caller's own name for it: the same for ever is the same job for ever. */
  key?: string | undefined;
  notify: boolean;
}

/** Who asks. `call` is the id and the place in the log of the event that does. */
export interface JobCaller {
  call: { id: string; sequence: number };
  agentId?: string;
  turnId?: string | undefined;
  owner?: Person;
  correlationId?: string | undefined;
  traceparent?: string | undefined;
}

/** What its tool's declaration says of every job. */
export interface JobRules {
  timeouts: JobTimeouts;
  /** What the person is asked first; absent where nobody is. */
  question?: string | undefined;
  /** It is a new agent that does it; `depth`: how many agents have ordered each other before the caller. */
  orders?: { depth: number } | undefined;
}

export type JobOutcome =
  | { ok: true; events: NewEvent[]; value: { id: string; state: string } }
  | { ok: false; code: ErrorCode; message: string };

/**
 * The id of the job that a call asks for: derived from the call, so that a call which is handled twice
 * is one job; from the caller's key, where there is one. A key is the caller's own: another person's is
 * another job.
 */
export function jobIdOf({ tool, verb, key }: JobWish, { call, owner, agentId }: JobCaller): string {
  if (key === undefined) return derivedId('job_', call.id, String(call.sequence));
  const whose = owner ? `${owner.channel}/${owner.userId}` : (agentId ?? '');
  return derivedId('job_', 'key', whose, tool, verb, key);
}

/**
 * A job is requested: its events go into the log together with the result of the call. The same call
 * while its job is open (a shell that gave up waiting and tries again) is that job, not another one.
 *
 * @param jobs those of the state
 * @param known the job of this id, as the log has it, where the state has none
 */
export function requestJob(
  wish: JobWish,
  caller: JobCaller,
  rules: JobRules,
  jobs: Iterable<JobState>,
  known: JobState | undefined,
  now: Date,
): JobOutcome {
  const jobId = jobIdOf(wish, caller);
  const kept = [...jobs];
  // It may have come into the state since it was looked for in the log.
  const present = kept.find((job) => job.jobId === jobId) ?? known;
  if (present !== undefined) return already(present);
  const all = kept.filter(isOpen);
  const open = all.filter((job) => isOf(job, caller));
  const same = wish.key === undefined && open.find((job) => isSameWish(job, wish));
  if (same) return already(same);
  if (open.length >= MAX_OPEN_JOBS) {
    const message = `${MAX_OPEN_JOBS} jobs are open already: wait for one, or cancel one`;
    return { ok: false, code: 'ORC_QUOTA', message };
  }
  const refused = rules.orders && refusedOrder(wish, rules.orders, open);
  if (refused) return refused;
  if (all.length >= MAX_ALL_OPEN_JOBS) {
    const message = `${MAX_ALL_OPEN_JOBS} jobs of all agents are open already: try again later`;
    return { ok: false, code: 'ORC_QUOTA', message };
  }
  const bytes = Buffer.byteLength(JSON.stringify(wish.input));
  if (bytes > MAX_JOB_VALUE) {
    const message = `The input has ${bytes} bytes; a job takes ${MAX_JOB_VALUE}. Put it into a file`;
    return { ok: false, code: 'ORC_TOO_LARGE', message };
  }
  const state = rules.question === undefined ? 'working' : 'input_required';
  const events = requestEvents(jobId, wish, caller, rules, now);
  return { ok: true, events, value: { id: jobId, state } };
}

function refusedOrder(
  { tool }: JobWish,
  { depth }: { depth: number },
  open: readonly JobState[],
): JobOutcome | undefined {
  if (depth >= MAX_ORDER_DEPTH) {
    const message = `Agents that were ordered by agents order no more than ${MAX_ORDER_DEPTH} deep: do it yourself`;
    return { ok: false, code: 'ORC_QUOTA', message };
  }
  if (open.filter((job) => job.tool === tool).length < MAX_ORDERED) return undefined;
  const message = `${MAX_ORDERED} agents work for this one already: wait for one, or cancel one`;
  return { ok: false, code: 'ORC_QUOTA', message };
}

const already = (job: JobState): JobOutcome => ({
  ok: true,
  events: [],
  value: { id: job.jobId, state: shownPhase(job) },
});

function isOf({ by, owner }: JobState, caller: JobCaller): boolean {
  if (caller.agentId !== undefined) return by?.agentId === caller.agentId;
  return (
    by === undefined &&
    owner?.channel === caller.owner?.channel &&
    owner?.userId === caller.owner?.userId
  );
}

const isSameWish = (job: JobState, { tool, verb, input }: JobWish): boolean =>
  job.tool === tool && job.verb === verb && sortedJson(job.input) === sortedJson(input);

function requestEvents(
  jobId: string,
  { tool, verb, input, notify }: JobWish,
  { call, agentId, turnId, owner, correlationId, traceparent }: JobCaller,
  { timeouts, question }: JobRules,
  now: Date,
): NewEvent[] {
  const id = `job.requested:${jobId}`;
  const meta = { source: 'orchestrator/tools', now, correlationId, traceparent };
  const by = agentId && { agentId, callId: call.id, ...(turnId !== undefined && { turnId }) };
  const data = {
    tool,
    verb,
    // What a call brings was JSON.
    input: input as Record<string, never>,
    ...(by && { by }),
    ...(owner && { owner }),
    notify,
    timeouts,
  };
  const requested = newEvent('job.requested', { jobId }, data, {
    ...meta,
    id,
    causationId: call.id,
  });
  const job = { jobId, createdBy: id, correlationId, traceparent, timeouts };
  if (question === undefined) return [requested, ...jobTimer(job, 'accept', now)];
  const { confirmMs } = timeouts;
  const until = confirmMs && new Date(now.getTime() + confirmMs).toISOString();
  const asked = newEvent(
    'job.input-required',
    { jobId },
    { question, ...(until && { until }) },
    { ...meta, id: `job.input-required:${jobId}`, causationId: id },
  );
  return [requested, asked, ...jobTimer(job, 'confirm', now)];
}
