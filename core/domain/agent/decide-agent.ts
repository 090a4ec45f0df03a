import type { EventAttributes } from '../../../schemas/cloud-event.ts';
import { ERRORS, type ErrorCode } from '../../../schemas/errors.ts';
import type { NewEvent, NewEventOf } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import type { LeftBehind, StopReason } from '../../../schemas/events/process.ts';
import { derivedId } from '../../../schemas/ids.ts';
import { scheduleSubject, subjectOf } from '../../../schemas/subjects.ts';
import {
  type AgentState,
  type LiveAgent,
  type PendingFile,
  type PendingMessage,
  placeOf,
  type ReadyAgent,
  type RequestedAgent,
  type Turn,
} from './agent-state.ts';
import { endDetail } from './run/end-detail.ts';

/** What a decision needs from outside the log; passed in, never read inside. */
export interface DecisionContext {
  now: Date;
  /** The spawner's name, stated in `process.starting`. */
  node: string;
  /** Where its runs live, and which process of the node it is; stated there too. */
  place?: string;
  holder?: string;
}

/** How a process ended, as its runtime tells it. */
export interface ProcessEnd {
  code: number | null;
  signal: string | null;
  /** It took more memory than it may. */
  outOfMemory?: boolean;
  /** What it had started and could not be ended with it. */
  left?: LeftBehind;
}

const SOURCE = 'orchestrator/spawner';

type AgentEventType = Extract<
  EventType,
  `process.${string}` | `turn.${string}` | `timer.${string}`
>;

interface Cause {
  /** What the event's id is derived from: doing it twice stores it once. */
  id: string;
  /** The id itself, where events of different types exclude each other. */
  eventId?: string;
  causationId?: string;
  correlationId?: string;
}

export function agentEvent<T extends AgentEventType>(
  agentId: string,
  type: T,
  data: DataOf<T>,
  cause: Cause,
  { now }: DecisionContext,
): NewEvent {
  const [family = '', name = ''] = type.split('.');
  const attributes: EventAttributes = {
    id: cause.eventId ?? `${type}:${cause.id}`,
    type,
    source: SOURCE,
    time: now.toISOString(),
    correlationId: cause.correlationId,
    causationId: cause.causationId,
  };
  // The type's prefix is one of the agent's families by AgentEventType.
  const subject = subjectOf({ family: family as 'process', agentId, name });
  return { ...attributes, type, subject, data } as NewEventOf<T> as NewEvent;
}

/** The TTL timer of a run: a message schedule, so that no process has to be alive for it. */
function ttlTimer(
  agentId: string,
  runId: string,
  expiresAt: string,
  context: DecisionContext,
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

export function turnTimer(
  agentId: string,
  turnId: string,
  deadlineAt: string,
  context: DecisionContext,
  /** Beside the turn: its deadline is counted anew because of this. */
  because = '',
): NewEvent {
  const event = agentEvent(
    agentId,
    'timer.turn',
    { turnId },
    { id: because === '' ? turnId : `${turnId}:${because}`, causationId: turnId },
    context,
  );
  const schedule = { at: new Date(deadlineAt), target: event.subject };
  return { ...event, subject: scheduleSubject(agentId, 'turn', turnId), schedule };
}

const later = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

/** The first run of a requested agent. The run id is derived, so a repeated start is the same run. */
export function decideStart(
  state: RequestedAgent,
  runtime: string,
  context: DecisionContext,
): NewEvent[] {
  const runId = derivedId('run-', state.createdBy);
  const expiresAt = later(context.now, state.ttlMs);
  const data = { runId, ...ownerOf(context), epoch: 1, runtime, expiresAt };
  const cause = { id: runId, causationId: state.createdBy, correlationId: state.createdBy };
  return [
    agentEvent(state.agentId, 'process.starting', data, cause, context),
    ttlTimer(state.agentId, runId, expiresAt, context),
  ];
}

const ownerOf = ({ node, place, holder }: DecisionContext) => ({
  node,
  ...(place !== undefined && { place }),
  ...(holder !== undefined && { holder }),
});

/** The same run under a new owner: from here on whoever had it before is refused. */
export function decideTakeover(state: LiveAgent, context: DecisionContext): NewEvent[] {
  const { runId, runtime, expiresAt } = state.run;
  const epoch = state.run.epoch + 1;
  // It stays where it lives, wherever its new owner starts others.
  const owner = { ...ownerOf(context), place: placeOf(state.run) };
  const data = { runId, ...owner, epoch, runtime, expiresAt };
  const cause = { id: `${runId}:${epoch}`, causationId: runId };
  return [agentEvent(state.agentId, 'process.starting', data, cause, context)];
}

/** Nobody owns it until somebody takes it; whatever comes for it waits. */
export function decideReleased(
  state: LiveAgent,
  reason: string,
  context: DecisionContext,
): NewEvent[] {
  const { runId, epoch } = state.run;
  const cause = { id: `${runId}:${epoch}` };
  return [agentEvent(state.agentId, 'process.released', { runId, epoch, reason }, cause, context)];
}

/** Frozen after its last turn; once for each time that it fell idle. */
export function decidePaused(state: LiveAgent, context: DecisionContext): NewEvent[] {
  const { runId } = state.run;
  const cause = { id: `${runId}:${state.idleSince}` };
  return [agentEvent(state.agentId, 'process.paused', { runId }, cause, context)];
}

/** The end of a run that the log has given up: `process.lost` stands, and this beside it. */
export function decideCleared(
  agentId: string,
  runId: string,
  { code, signal, left }: ProcessEnd,
  context: DecisionContext,
): NewEvent[] {
  const data = { runId, node: context.node, code, signal, ...(left && { left }) };
  return [agentEvent(agentId, 'process.cleared', data, { id: runId }, context)];
}

export function decideReady(
  state: LiveAgent,
  pid: number | undefined,
  context: DecisionContext,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, ...(pid !== undefined && { pid }) };
  return [agentEvent(state.agentId, 'process.ready', data, { id: runId }, context)];
}

export function decideStartFailed(
  state: RequestedAgent | LiveAgent,
  runId: string,
  reason: string,
  context: DecisionContext,
  left?: LeftBehind,
): NewEvent[] {
  const data = { runId, reason, ...(left && { left }) };
  return [
    agentEvent(state.agentId, 'process.start-failed', data, { id: runId }, context),
    ...rejectQueue(state, 'ORC_START_FAILED', reason, context),
    ...releaseOwner(state, 'start-failed', context),
  ];
}

/** A turn begins with a message: stated before it is written, with its deadline as a timer. */
export function decideOpenTurn(
  state: ReadyAgent,
  message: PendingMessage,
  context: DecisionContext,
): NewEvent[] {
  const turnId = derivedId('turn-', message.commandId);
  const deadlineAt = later(context.now, state.turnDeadlineMs);
  const data = { turnId, commandId: message.commandId, deadlineAt };
  const cause = {
    id: turnId,
    causationId: message.commandId,
    correlationId: message.correlationId,
  };
  return [
    agentEvent(state.agentId, 'turn.started', data, cause, context),
    turnTimer(state.agentId, turnId, deadlineAt, context),
  ];
}

export function decideDelivered(
  state: LiveAgent,
  message: PendingMessage,
  turnId: string,
  bytes: number,
  context: DecisionContext,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, commandId: message.commandId, turnId, bytes };
  const { commandId, correlationId } = message;
  const cause = { id: `${commandId}:${runId}`, causationId: commandId, correlationId };
  return [agentEvent(state.agentId, 'process.delivered', data, cause, context)];
}

/** Of both ways in which a turn can be over, one is stored: they have the same id. */
function overCause({ turnId, messages }: Turn): Cause {
  const eventId = `turn.over:${turnId}`;
  const correlationId = messages[0] ?? turnId;
  return { id: turnId, eventId, causationId: turnId, correlationId };
}

export function decideEndTurn(state: LiveAgent, turn: Turn, context: DecisionContext): NewEvent[] {
  const { turnId, answers, questions } = turn;
  const cause = overCause(turn);
  return [agentEvent(state.agentId, 'turn.ended', { turnId, answers, questions }, cause, context)];
}

export function decideNudged(state: LiveAgent, turn: Turn, context: DecisionContext): NewEvent[] {
  const cause = { id: turn.turnId, causationId: turn.turnId };
  return [agentEvent(state.agentId, 'turn.nudged', { turnId: turn.turnId }, cause, context)];
}

export function decideFailTurn(
  state: LiveAgent,
  turn: Turn,
  code: ErrorCode,
  context: DecisionContext,
  detail?: string,
): NewEvent[] {
  const { meaning, cure } = ERRORS[code];
  const reason = detail === undefined ? meaning : `${meaning}: ${detail}`;
  const data = { turnId: turn.turnId, code, reason, cure };
  const cause = overCause(turn);
  return [agentEvent(state.agentId, 'turn.failed', data, cause, context)];
}

export function decideReject(
  state: AgentState,
  commandId: string,
  code: ErrorCode,
  context: DecisionContext,
  detail?: string,
): NewEvent[] {
  const { meaning, cure } = ERRORS[code];
  const reason = detail === undefined ? meaning : `${meaning}: ${detail}`;
  const cause = { id: commandId, causationId: commandId };
  const data = { commandId, code, reason, cure };
  return [agentEvent(state.agentId, 'process.rejected', data, cause, context)];
}

export function decideInterrupted(
  state: LiveAgent,
  commandId: string,
  context: DecisionContext,
): NewEvent[] {
  const data = { runId: state.run.runId, commandId };
  const cause = { id: commandId, causationId: commandId };
  return [agentEvent(state.agentId, 'process.interrupted', data, cause, context)];
}

export function decideExtended(
  state: LiveAgent,
  expiresAt: string,
  commandId: string | undefined,
  context: DecisionContext,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, expiresAt, ...(commandId !== undefined && { commandId }) };
  const id = commandId ?? `${runId}:${expiresAt}`;
  return [
    agentEvent(state.agentId, 'process.extended', data, { id }, context),
    ttlTimer(state.agentId, runId, expiresAt, context),
  ];
}

export function decideDeleted(
  state: AgentState,
  commandId: string,
  context: DecisionContext,
): NewEvent[] {
  const cause = { id: commandId, causationId: commandId };
  return [agentEvent(state.agentId, 'process.deleted', { commandId }, cause, context)];
}

/** Stated before it is begun: a command whose spawner dies is stated as ended, never run again. */
export function decideCommandStarted(
  state: LiveAgent,
  commandId: string,
  context: DecisionContext,
): NewEvent[] {
  const data = { runId: state.run.runId, commandId };
  const cause = { id: commandId, causationId: commandId };
  return [agentEvent(state.agentId, 'process.command-started', data, cause, context)];
}

/** What a shell command came to; see `process.command-run`. */
export type CommandOutcome = Omit<DataOf<'process.command-run'>, 'commandId'>;

export function decideCommandRun(
  state: AgentState,
  commandId: string,
  outcome: CommandOutcome,
  context: DecisionContext,
): NewEvent[] {
  const cause = { id: commandId, causationId: commandId };
  const data = { commandId, ...outcome };
  return [agentEvent(state.agentId, 'process.command-run', data, cause, context)];
}

export function decideFileWritten(
  state: LiveAgent,
  { commandId, path, content }: PendingFile,
  context: DecisionContext,
): NewEvent[] {
  const cause = { id: commandId, causationId: commandId };
  const data = { commandId, path, bytes: Buffer.byteLength(content) };
  return [agentEvent(state.agentId, 'process.file-written', data, cause, context)];
}

const FAILURE_OF_STOP: Record<StopReason, ErrorCode> = {
  stop: 'ORC_TURN_STOPPED',
  delete: 'ORC_TURN_STOPPED',
  ttl: 'ORC_TTL',
  'start-failed': 'ORC_START_FAILED',
};

/** A step of the graceful end. The first one fails a running turn visibly. */
export function decideStopping(
  state: LiveAgent,
  reason: StopReason,
  step: 'stdin-closed' | 'sigterm' | 'sigkill',
  context: DecisionContext,
): NewEvent[] {
  const { runId } = state.run;
  const failed = state.turn
    ? decideFailTurn(state, state.turn, FAILURE_OF_STOP[reason], context)
    : [];
  const cause = { id: `${runId}:${step}` };
  return [
    ...failed,
    agentEvent(state.agentId, 'process.stopping', { runId, reason, step }, cause, context),
  ];
}

/** The process has ended, after the last line of its logs was stored. */
export function decideEnded(
  state: LiveAgent,
  end: ProcessEnd,
  context: DecisionContext,
): NewEvent[] {
  const { runId } = state.run;
  const { code, signal, outOfMemory, left } = end;
  const how = { code, signal, ...(outOfMemory && { outOfMemory }), ...(left && { left }) };
  const cause = { id: runId };
  if (state.phase === 'stopping') {
    const data = { runId, reason: state.reason, ...how };
    return [
      agentEvent(state.agentId, 'process.stopped', data, cause, context),
      ...rejectQueue(state, FAILURE_OF_STOP[state.reason], undefined, context),
      ...releaseOwner(state, state.reason, context),
    ];
  }
  const detail = endDetail(end);
  const failed = state.turn
    ? decideFailTurn(state, state.turn, 'ORC_AGENT_CRASHED', context, detail)
    : [];
  return [
    ...failed,
    agentEvent(state.agentId, 'process.exited', { runId, ...how }, cause, context),
    ...rejectQueue(state, 'ORC_AGENT_ENDED', detail, context),
    ...releaseOwner(state, 'exited', context),
  ];
}

/** The runtime knows nothing of a run that the log says is alive. */
export function decideLost(
  state: LiveAgent,
  reason: string,
  context: DecisionContext,
  left?: LeftBehind,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, reason, ...(left && { left }) };
  const failed = state.turn
    ? decideFailTurn(state, state.turn, 'ORC_AGENT_LOST', context, reason)
    : [];
  return [
    ...failed,
    agentEvent(state.agentId, 'process.lost', data, { id: runId }, context),
    ...rejectQueue(state, 'ORC_AGENT_LOST', reason, context),
    ...releaseOwner(state, 'lost', context),
  ];
}

/** Nothing that was asked stays without an outcome. */
function rejectQueue(
  state: AgentState,
  code: ErrorCode,
  detail: string | undefined,
  context: DecisionContext,
): NewEvent[] {
  return state.queue.flatMap(({ commandId }) =>
    decideReject(state, commandId, code, context, detail),
  );
}

function releaseOwner(
  state: RequestedAgent | LiveAgent,
  reason: string,
  { now }: DecisionContext,
): NewEvent[] {
  const { owner, agentId } = state;
  if (owner === undefined) return [];
  const name = 'agent-released';
  return [
    {
      id: `user.${name}:${agentId}`,
      type: `user.${name}`,
      source: SOURCE,
      time: now.toISOString(),
      subject: subjectOf({ family: 'user', ...owner, name }),
      data: { agentId, reason },
    },
  ];
}
