import type { PendingCall } from '../agent/agent-state.ts';
import type { Caller, ToolOutcome } from '../project/decide-project.ts';
import { samePerson } from '../same-person.ts';
import { cancelEvents } from './job-events.ts';
import { isOpen, type JobState } from './job-state.ts';
import { jobView } from './job-view.ts';
import type { JobCaller, JobWish } from './request-job.ts';

/** What an agent calls, and the turn in which it does. */
export type JobToolCaller = Caller & {
  turnId?: string | undefined;
  /** How many agents ordered each other before it; none without. */
  depth?: number | undefined;
};

/** What is asked for, of a call whose tool is declared. */
export const wishOf = ({ tool, verb, input }: PendingCall): JobWish => ({
  tool,
  verb,
  // As `tool.declared` has them.
  input: input.input as Record<string, unknown>,
  ...(typeof input.key === 'string' && { key: input.key }),
  notify: input.wait !== true,
});

export const jobCaller = (call: PendingCall, caller: JobToolCaller): JobCaller => {
  const { agentId, owner, correlationId, traceparent, turnId } = caller;
  const { callId: id, sequence } = call;
  const because = { correlationId, traceparent };
  return { call: { id, sequence }, agentId, turnId, ...(owner && { owner }), ...because };
};

/** `job get`: another person's job is as good as none. */
export function answerGetJob(
  caller: Caller,
  jobId: string,
  job: JobState | undefined,
): ToolOutcome {
  if (job === undefined || !mayLook(job, caller)) return noJob(jobId);
  return { ok: true, events: [], value: jobView(job) };
}

/** Jobs of one answer: those that are open, and the last that ended. */
const LISTED = 50;

export function answerListJobs(caller: Caller, jobs: ReadonlyMap<string, JobState>): ToolOutcome {
  const own = [...jobs.values()].filter((job) => mayLook(job, caller));
  const shown = [...own.filter((job) => !isOpen(job)).slice(-LISTED), ...own.filter(isOpen)];
  return { ok: true, events: [], value: shown.map(jobView) };
}

/** `job cancel`: said at once; its end comes when what runs has ended. */
export function cancelJob(
  call: PendingCall,
  caller: Caller,
  jobId: string,
  job: JobState | undefined,
  now: Date,
): ToolOutcome {
  if (job === undefined || !mayLook(job, caller)) return noJob(jobId);
  const { agentId } = caller;
  const by = { agentId, causationId: `${call.callId}:${call.sequence}` };
  const events = isOpen(job) && job.cancel === undefined ? cancelEvents(job, by, now) : [];
  return { ok: true, events, value: jobView(job) };
}

const mayLook = ({ by, owner }: JobState, caller: Caller): boolean =>
  caller.owner === undefined ? by?.agentId === caller.agentId : samePerson(owner, caller.owner);

const noJob = (jobId: string): ToolOutcome => ({
  ok: false,
  code: 'ORC_JOB_NOT_FOUND',
  message: `There is no job ${jobId}`,
});
