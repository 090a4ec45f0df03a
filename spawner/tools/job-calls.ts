import type { PendingCall } from '../../core/domain/agent/agent-state.ts';
import { cancelEvents } from '../../core/domain/job/job-events.ts';
import { isOpen, type JobState } from '../../core/domain/job/job-state.ts';
import { jobView } from '../../core/domain/job/job-view.ts';
import { type JobCaller, type JobWish, requestJob } from '../../core/domain/job/request-job.ts';
import type { Caller, ToolOutcome } from '../../core/domain/project/decide-project.ts';
import { inputValidator, type ToolDeclaration } from '../../schemas/tool-declaration.ts';

/** What an agent calls, and the turn in which it does. */
export type JobToolCaller = Caller & { turnId?: string | undefined };

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
  const { agentId, owner, correlationId, turnId } = caller;
  const { callId: id, sequence } = call;
  return { call: { id, sequence }, agentId, turnId, ...(owner && { owner }), correlationId };
};

/** The call of a declared tool: a job. */
export function requestDeclared(
  call: PendingCall,
  tool: ToolDeclaration,
  caller: JobToolCaller,
  jobs: ReadonlyMap<string, JobState>,
  known: JobState | undefined,
  now: Date,
): ToolOutcome {
  const { owner } = caller;
  const whose = owner && `${owner.channel}/${owner.userId}`;
  if (tool.users !== undefined && (whose === undefined || !tool.users.includes(whose))) {
    const message = `The user of this agent may not use ${tool.name}`;
    return { ok: false, code: 'ORC_TOOL_NOT_ALLOWED', message };
  }
  const wish = wishOf(call);
  const input = inputValidator(tool).safeParse(withDefaults(wish.input, tool));
  if (!input.success) {
    const problems = input.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'input'}: ${message}`,
    );
    return { ok: false, code: 'ORC_BAD_INPUT', message: `${tool.name}: ${problems.join('; ')}` };
  }
  const checked = { ...wish, input: input.data as Record<string, unknown> };
  const { accept, heartbeat, total, confirm } = tool.timeouts;
  const rules = {
    timeouts: {
      acceptMs: accept,
      totalMs: total,
      confirmMs: confirm,
      ...(heartbeat !== undefined && { heartbeatMs: heartbeat }),
    },
    ...(tool.confirm === 'ask' && { question: questionOf(checked, caller) }),
  };
  return requestJob(checked, jobCaller(call, caller), rules, jobs.values(), known, now);
}

const withDefaults = (
  input: Record<string, unknown>,
  { input: { properties } }: ToolDeclaration,
): Record<string, unknown> => ({
  ...Object.fromEntries(
    Object.entries(properties).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value]],
    ),
  ),
  ...input,
});

/** Who wants what: all of it, since a person decides on nothing else. */
function questionOf({ tool, verb, input }: JobWish, { agentId }: JobToolCaller): string {
  const what = [tool, ...(verb === 'run' ? [] : [verb])].join(' ');
  const values = Object.entries(input).map(([key, value]) => `${key}: ${String(value)}`);
  return [`Agent ${agentId} asks to run ${what}.`, ...values].join('\n');
}

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
  caller.owner === undefined
    ? by?.agentId === caller.agentId
    : owner?.channel === caller.owner.channel && owner.userId === caller.owner.userId;

const noJob = (jobId: string): ToolOutcome => ({
  ok: false,
  code: 'ORC_JOB_NOT_FOUND',
  message: `There is no job ${jobId}`,
});
