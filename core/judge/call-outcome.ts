import type { ErrorCode } from '../../schemas/errors.ts';
import type { NewEvent, StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import { type AgentState, type PendingCall, whatIfOf } from '../domain/agent/agent-state.ts';
import type { Told } from '../domain/agent/events-of-step.ts';
import {
  callerOf,
  DECIDED_CALLS,
  notAllowed,
  refusedForAgent,
} from '../domain/call/decide-call.ts';
import { jobCaller, wishOf } from '../domain/job/decide-job-call.ts';
import { isOpen, type JobState } from '../domain/job/job-state.ts';
import { requestJob } from '../domain/job/request-job.ts';
import { findOwnProject, type ToolOutcome } from '../domain/project/decide-project.ts';
import type { SystemState } from '../domain/system-state.ts';
import type { Behind } from './agent-decisions.ts';

/** A call that is to be decided, and what stands of it. */
export interface CallAsked {
  call: PendingCall;
  state: AgentState;
  first: StoredEvent;
  behind: Behind;
}

type Result = StoredEventOf<'result'>;

/** Effects of one call, and its result. */
const MOST_EFFECTS = 8;

/** Calls that change nothing: what they showed was the state of a moment before. */
const LOOK_UPS: ReadonlySet<string> = new Set([
  'project.get',
  'project.list',
  'job.get',
  'job.list',
]);

/** What an operator's settings say, and the log does not. */
const BY_SETTINGS: ReadonlySet<string> = new Set([
  'ORC_TOOL_NOT_ALLOWED',
  'ORC_QUOTA',
  'ORC_TOO_LARGE',
]);

/** What a call comes to by the log; undefined where nothing stands of it here. */
export function callOutcome(
  { call, state, first, behind }: CallAsked,
  system: SystemState,
): Told<'call'> | undefined {
  const events = [first, ...behind(MOST_EFFECTS)];
  const at = events.findIndex((event) => isResultOf(event, call));
  const result = events[at];
  if (result?.type !== 'result') return undefined;
  const effects = events.slice(0, at);
  const outcome = decided(call, state, system, { effects, result });
  return { effects: outcome.ok ? outcome.events : [], outcome: told(outcome) };
}

const isResultOf = (event: StoredEvent, { callId, sequence }: PendingCall): boolean =>
  event.type === 'result' && event.id === `result:${callId}:${sequence}`;

const told = (outcome: ToolOutcome): Told<'call'>['outcome'] =>
  outcome.ok ? { ok: true, value: outcome.value } : outcome;

interface Stands {
  effects: readonly StoredEvent[];
  result: Result;
}

function decided(
  call: PendingCall,
  state: AgentState,
  system: SystemState,
  stands: Stands,
): ToolOutcome {
  const refused = refusedForAgent(call, state);
  if (refused) return refused;
  const { result, effects } = stands;
  // What another agent's turn has recorded.
  if (whatIfOf(state)) return notAllowed(call, state, undefined) ?? asItStands(stands);
  const own = DECIDED_CALLS[`${call.tool}.${call.verb}`];
  // Which tools are declared is a setting.
  const code = result.data.ok ? undefined : result.data.error.code;
  const isUnknown = code === 'ORC_NO_SUCH_TOOL';
  if (isUnknown && own === undefined && call.tool !== 'project') return asItStands(stands);
  const forbidden = notAllowed(call, state, undefined);
  if (forbidden) return forbidden;
  if (own === undefined && call.tool === 'project') return ofGit(call, state, system, stands);
  if (code !== undefined && isOutside(code, own === undefined)) {
    return refusedJob(call, state, system, stands) ?? asItStands(stands);
  }
  if (own !== undefined) {
    const context = { now: nowOf(stands), maxProjects: Number.POSITIVE_INFINITY };
    const job = system.jobs.get(String(call.input.jobId));
    // Whoever decided may have seen it open and not cancelled yet.
    const isBehind = effects.some(({ type }) => type === 'job.cancel-requested') && isOver(job);
    if (isBehind) return asItStands(stands);
    const outcome = own(call, callerOf(state), system, { ...context, job });
    const isShown = LOOK_UPS.has(`${call.tool}.${call.verb}`) || call.verb === 'cancel';
    // A job that has left the state is in the log.
    const isForgotten = call.tool === 'job' && job === undefined && call.verb !== 'list';
    if (isForgotten || (isShown && outcome.ok && result.data.ok)) {
      return withValue(outcome, stands);
    }
    return outcome;
  }
  const requested = effects.find(({ type }) => type === 'job.requested');
  return requested === undefined
    ? repeatedJob(call, state, system, stands)
    : jobOutcome(call, state, system, stands, requested);
}

/** Whose project it is, is decided; what git came to is what the event says. */
function ofGit(
  call: PendingCall,
  state: AgentState,
  system: SystemState,
  stands: Stands,
): ToolOutcome {
  const { data } = stands.result;
  if (!data.ok && BY_SETTINGS.has(data.error.code)) return asItStands(stands);
  const project = findOwnProject(call, callerOf(state), system.projects);
  return project.ok ? asItStands(stands) : project;
}

/** No job was requested by it: it is one that was there, where that is still as whoever decided has seen it. */
function repeatedJob(
  call: PendingCall,
  state: AgentState,
  system: SystemState,
  stands: Stands,
): ToolOutcome {
  const { data } = stands.result;
  // As the tool gave it: a value of JSON.
  const { id } = (data.ok ? data.value : {}) as { id?: unknown };
  const job = system.jobs.get(String(id));
  if (job === undefined || (!isOpen(job) && call.input.key === undefined))
    return asItStands(stands);
  const wish = { ...wishOf(call), input: job.input };
  const caller = jobCaller(call, callerOf(state));
  const { timeouts } = job;
  const jobs = system.jobs.values();
  const outcome = requestJob(wish, caller, { timeouts }, jobs, undefined, nowOf(stands));
  const isSame = outcome.ok && outcome.events.length === 0 && outcome.value.id === id;
  return isSame ? asItStands(stands) : outcome;
}

const isOver = (job: JobState | undefined): boolean =>
  job !== undefined && (!isOpen(job) || job.cancel !== undefined);

/** What its tool's declaration made of the call is taken from the request; whether it is taken is decided. */
function jobOutcome(
  call: PendingCall,
  state: AgentState,
  system: SystemState,
  stands: Stands,
  requested: StoredEvent,
): ToolOutcome {
  if (requested.type !== 'job.requested') return asItStands(stands);
  const asked = stands.effects.find(({ type }) => type === 'job.input-required');
  const question = asked?.type === 'job.input-required' ? asked.data.question : undefined;
  const { input, timeouts } = requested.data;
  const caller = jobCaller(call, callerOf(state));
  const rules = { timeouts, ...(question !== undefined && { question }) };
  const wish = { ...wishOf(call), input };
  return requestJob(wish, caller, rules, system.jobs.values(), undefined, nowOf(stands));
}

/** Too many jobs are open: that is no setting. */
function refusedJob(
  call: PendingCall,
  state: AgentState,
  system: SystemState,
  stands: Stands,
): ToolOutcome | undefined {
  const { data } = stands.result;
  if (data.ok || data.error.code !== 'ORC_QUOTA' || call.input.input === undefined)
    return undefined;
  const caller = callerOf(state);
  const orders = { depth: caller.depth ?? 0 };
  const outcomes = [{ timeouts: {} }, { timeouts: {}, orders }].map((rules) =>
    requestJob(
      wishOf(call),
      jobCaller(call, caller),
      rules,
      system.jobs.values(),
      undefined,
      nowOf(stands),
    ),
  );
  const { message } = data.error;
  return outcomes.find((outcome) => !outcome.ok && outcome.message === message) ?? outcomes[0];
}

const nowOf = ({ effects, result }: Stands): Date => new Date((effects[0] ?? result).time);

const isOutside = (code: string, isDeclared: boolean): boolean =>
  BY_SETTINGS.has(code) || isDeclared;

/** Done with git, by a declaration, or refused by settings: the event states what came of it. */
const asItStands = (stands: Stands): ToolOutcome =>
  withValue({ ok: true, events: [] as NewEvent[], value: {} }, stands, true);

function withValue(
  outcome: ToolOutcome,
  { effects, result }: Stands,
  withEffects = false,
): ToolOutcome {
  const { data } = result;
  if (!data.ok)
    return { ok: false, code: data.error.code as ErrorCode, message: data.error.message };
  const events = withEffects ? effects.map(asNew) : outcome.ok ? outcome.events : [];
  // As the tool gave it: a value of JSON.
  return { ok: true, events, value: data.value as Record<string, unknown> };
}

/** As it was appended. */
function asNew({ sequence: _sequence, ...event }: StoredEvent): NewEvent {
  // A stored event is one that was appended, with its place.
  return event as NewEvent;
}
