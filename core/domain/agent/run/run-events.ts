import type { NewEvent } from '../../../../schemas/event.ts';
import { derivedId } from '../../../../schemas/ids.ts';
import { scheduleSubject } from '../../../../schemas/subjects.ts';
import { agentEvent, type EventContext, ofCommand, ofRun } from '../agent-event.ts';
import {
  type AgentState,
  type EndedAgent,
  type LiveAgent,
  placeOf,
  type RequestedAgent,
} from '../agent-state.ts';
import { later } from '../later.ts';

/** What a fork knows by: the other one's session up to there, or a digest. */
export type ForkMemory = 'session' | 'digest';

/** The first run of a requested agent. The run id is derived, so a repeated start is the same run. */
export function startEvents(
  state: RequestedAgent,
  told: { runtime: string; memory?: ForkMemory | undefined },
  context: EventContext,
): NewEvent[] {
  const runId = derivedId('run-', state.createdBy);
  const expiresAt = later(context.now, state.ttlMs);
  return startedEvents(state, { runId, ...told, expiresAt }, state.createdBy, context);
}

/** A run begins, because of a command; with the timer of its end. */
export function startedEvents(
  { agentId, createdBy }: RequestedAgent | EndedAgent,
  run: { runId: string; runtime: string; expiresAt: string; memory?: ForkMemory | undefined },
  causationId: string,
  context: EventContext,
): NewEvent[] {
  const { runId, runtime, expiresAt, memory } = run;
  const own = { runId, ...ownerOf(context), epoch: 1, runtime, expiresAt };
  const data = { ...own, ...(memory && { memory }) };
  const cause = { id: runId, causationId, correlationId: createdBy };
  return [
    agentEvent(agentId, 'process.starting', data, cause, context),
    ttlTimer(agentId, runId, expiresAt, context),
  ];
}

const ownerOf = ({ node, place, holder }: EventContext) => ({
  node,
  ...(place !== undefined && { place }),
  ...(holder !== undefined && { holder }),
});

/** The same run under a new owner: from here on whoever had it before is refused. */
export function takeoverEvents(state: LiveAgent, context: EventContext): NewEvent[] {
  const { runId, runtime, expiresAt } = state.run;
  const epoch = state.run.epoch + 1;
  // It stays where it lives, wherever its new owner starts others.
  const owner = { ...ownerOf(context), place: placeOf(state.run) };
  const data = { runId, ...owner, epoch, runtime, expiresAt };
  const cause = { ...ofRun(state), id: `${runId}:${epoch}` };
  return [agentEvent(state.agentId, 'process.starting', data, cause, context)];
}

/** Nobody owns it until somebody takes it; whatever comes for it waits. */
export function releasedEvents(
  state: LiveAgent,
  reason: string,
  context: EventContext,
): NewEvent[] {
  const { runId, epoch } = state.run;
  const cause = { ...ofRun(state), id: `${runId}:${epoch}` };
  return [agentEvent(state.agentId, 'process.released', { runId, epoch, reason }, cause, context)];
}

/** Frozen after its last turn, and again where something woke it that was no turn, as an interrupt. */
export function pausedEvents(state: LiveAgent, context: EventContext): NewEvent[] {
  const { runId } = state.run;
  const cause = { ...ofRun(state), id: `${runId}:${context.now.toISOString()}` };
  return [agentEvent(state.agentId, 'process.paused', { runId }, cause, context)];
}

export function readyEvents(
  state: LiveAgent,
  pid: number | undefined,
  context: EventContext,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, ...(pid !== undefined && { pid }) };
  return [agentEvent(state.agentId, 'process.ready', data, ofRun(state), context)];
}

export function extendedEvents(
  state: LiveAgent,
  expiresAt: string,
  commandId: string | undefined,
  context: EventContext,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, expiresAt, ...(commandId !== undefined && { commandId }) };
  const cause =
    commandId === undefined
      ? { ...ofRun(state), id: `${runId}:${expiresAt}` }
      : ofCommand(commandId);
  return [
    agentEvent(state.agentId, 'process.extended', data, cause, context),
    ttlTimer(state.agentId, runId, expiresAt, context),
  ];
}

export function deletedEvents(
  state: AgentState,
  commandId: string,
  context: EventContext,
): NewEvent[] {
  const cause = ofCommand(commandId);
  return [agentEvent(state.agentId, 'process.deleted', { commandId }, cause, context)];
}

/** The TTL timer of a run: a message schedule, so that no process has to be alive for it. */
function ttlTimer(
  agentId: string,
  runId: string,
  expiresAt: string,
  context: EventContext,
): NewEvent {
  const event = agentEvent(
    agentId,
    'timer.ttl',
    { runId, expiresAt },
    { id: `${runId}:${expiresAt}`, causationId: runId },
    context,
  );
  const schedule = { at: new Date(expiresAt), target: event.subject };
  // One beside the other for each end that was ever meant: those that do not hold any more are passed by.
  const subject = scheduleSubject(agentId, 'ttl', derivedId('', runId, expiresAt));
  return { ...event, subject, schedule };
}
