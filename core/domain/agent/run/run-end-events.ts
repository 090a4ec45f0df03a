import type { ErrorCode } from '../../../../schemas/errors.ts';
import type { NewEvent } from '../../../../schemas/event.ts';
import type { LeftBehind, StopReason } from '../../../../schemas/events/process.ts';
import { newEvent } from '../../../../schemas/new-event.ts';
import { agentEvent, type EventContext, ofCommand, ofRun, SOURCE } from '../agent-event.ts';
import type { LiveAgent, RequestedAgent } from '../agent-state.ts';
import { rejectQueueEvents } from '../command/command-events.ts';
import { goesOn } from '../goes-on.ts';
import { failTurnEvents } from '../turn/turn-events.ts';
import { endDetail } from './end-detail.ts';

/** How a process ended, as its runtime tells it. */
export interface ProcessEnd {
  code: number | null;
  signal: string | null;
  /** It took more memory than it may. */
  outOfMemory?: boolean;
  /** What it had started and could not be ended with it. */
  left?: LeftBehind;
}

/** Of a longer queue than one batch takes the rest is refused afterwards, for the same reason. */
export function startFailedEvents(
  state: RequestedAgent | LiveAgent,
  runId: string,
  reason: string,
  context: EventContext,
  left?: LeftBehind,
): NewEvent[] {
  const data = { runId, reason, ...(left && { left }) };
  const cause = { id: runId, causationId: runId, correlationId: state.createdBy };
  return [
    agentEvent(state.agentId, 'process.start-failed', data, cause, context),
    ...rejectQueueEvents(state, 'ORC_START_FAILED', reason, context),
    ...releaseOwner(state, 'start-failed', context),
  ];
}

const FAILURE_OF_STOP: Record<StopReason, ErrorCode> = {
  stop: 'ORC_TURN_STOPPED',
  delete: 'ORC_TURN_STOPPED',
  ttl: 'ORC_TTL',
  'start-failed': 'ORC_START_FAILED',
};

/** A step of the graceful end. The first one fails a running turn visibly. */
export function stoppingEvents(
  state: LiveAgent,
  reason: StopReason,
  step: 'stdin-closed' | 'sigterm' | 'sigkill',
  context: EventContext,
): NewEvent[] {
  const { runId } = state.run;
  const failed = state.turn
    ? failTurnEvents(state, state.turn, FAILURE_OF_STOP[reason], context)
    : [];
  const asked = state.controls.find(({ name }) => name === 'stop' || name === 'delete');
  const why = asked ? ofCommand(asked.commandId) : ofRun(state);
  const cause = { ...why, id: `${runId}:${step}` };
  return [
    ...failed,
    agentEvent(state.agentId, 'process.stopping', { runId, reason, step }, cause, context),
  ];
}

/** The process has ended, after the last line of its logs was stored. */
export function endedEvents(state: LiveAgent, end: ProcessEnd, context: EventContext): NewEvent[] {
  const { runId } = state.run;
  const { code, signal, outOfMemory, left } = end;
  const how = { code, signal, ...(outOfMemory && { outOfMemory }), ...(left && { left }) };
  const cause = ofRun(state);
  if (state.phase === 'stopping') {
    const data = { runId, reason: state.reason, ...how };
    const stopped = agentEvent(state.agentId, 'process.stopped', data, cause, context);
    const why = { code: FAILURE_OF_STOP[state.reason], reason: state.reason };
    return withQueue(state, why, [stopped], context);
  }
  const detail = endDetail(end);
  const failed = state.turn
    ? failTurnEvents(state, state.turn, 'ORC_AGENT_CRASHED', context, detail)
    : [];
  const exited = agentEvent(state.agentId, 'process.exited', { runId, ...how }, cause, context);
  const why = { code: 'ORC_AGENT_ENDED', detail, reason: 'exited' } as const;
  return withQueue(state, why, [...failed, exited], context);
}

/** The runtime knows nothing of a run that the log says is alive. */
export function lostEvents(
  state: LiveAgent,
  reason: string,
  context: EventContext,
  left?: LeftBehind,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, reason, ...(left && { left }) };
  const failed = state.turn
    ? failTurnEvents(state, state.turn, 'ORC_AGENT_LOST', context, reason)
    : [];
  const lost = agentEvent(state.agentId, 'process.lost', data, ofRun(state), context);
  const why = { code: 'ORC_AGENT_LOST', detail: reason, reason: 'lost' } as const;
  return withQueue(state, why, [...failed, lost], context);
}

/**
 * The end with everything that comes to nothing by it, as one. Where that is more than one batch
 * takes, the first messages of the queue are refused and no more: it is decided again on what is left.
 */
function withQueue(
  state: LiveAgent,
  { code, detail, reason }: { code: ErrorCode; detail?: string; reason: string },
  end: readonly NewEvent[],
  context: EventContext,
): NewEvent[] {
  // What came for the run that follows waits for it.
  if (goesOn(state)) return [...end];
  const refused = rejectQueueEvents(state, code, detail, context);
  if (refused.length < state.queue.length) return refused;
  return [...end, ...refused, ...releaseOwner(state, reason, context)];
}

/** The end of a run that the log has given up: `process.lost` stands, and this beside it. */
export function clearedEvents(
  agentId: string,
  runId: string,
  { code, signal, left }: ProcessEnd,
  context: EventContext,
): NewEvent[] {
  const data = { runId, node: context.node, code, signal, ...(left && { left }) };
  return [agentEvent(agentId, 'process.cleared', data, { id: runId, causationId: runId }, context)];
}

/** Nobody has its process, and nobody knows how it ended. */
export const goneEvents = (
  state: LiveAgent,
  reason: string,
  context: EventContext,
  left?: LeftBehind,
): NewEvent[] =>
  state.phase === 'stopping'
    ? endedEvents(state, { code: null, signal: null, ...(left && { left }) }, context)
    : lostEvents(state, reason, context, left);

function releaseOwner(
  state: RequestedAgent | LiveAgent,
  reason: string,
  { now }: EventContext,
): NewEvent[] {
  const { owner, agentId, createdBy, earlierRuns } = state;
  if (owner === undefined) return [];
  const id = ['user.agent-released', agentId, earlierRuns].filter(Boolean).join(':');
  const meta = { id, source: SOURCE, now, correlationId: createdBy, causationId: createdBy };
  return [newEvent('user.agent-released', owner, { agentId, reason }, meta)];
}
