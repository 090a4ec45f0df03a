import { ERRORS, type ErrorCode } from '../../../../schemas/errors.ts';
import type { NewEvent } from '../../../../schemas/event.ts';
import { derivedId } from '../../../../schemas/ids.ts';
import { scheduleSubject } from '../../../../schemas/subjects.ts';
import { agentEvent, type Cause, type EventContext, ofCommand } from '../agent-event.ts';
import type { LiveAgent, PendingMessage, Turn } from '../agent-state.ts';
import { rejectEvents } from '../command/command-events.ts';
import { later } from '../later.ts';

export function turnTimer(
  agentId: string,
  turnId: string,
  deadlineAt: string,
  context: EventContext,
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

/** A turn begins with a message: stated before it is written, with its deadline as a timer. */
export function openTurnEvents(
  state: LiveAgent,
  message: PendingMessage,
  context: EventContext,
): NewEvent[] {
  const turnId = derivedId('turn-', message.commandId);
  const deadlineAt = later(context.now, state.turnDeadlineMs);
  const data = { turnId, commandId: message.commandId, deadlineAt };
  const cause = {
    id: turnId,
    causationId: message.commandId,
    correlationId: message.correlationId,
    traceparent: message.traceparent,
  };
  return [
    agentEvent(state.agentId, 'turn.started', data, cause, context),
    turnTimer(state.agentId, turnId, deadlineAt, context),
  ];
}

export function deliveredEvents(
  state: LiveAgent,
  message: PendingMessage,
  turnId: string,
  bytes: number,
  context: EventContext,
): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, commandId: message.commandId, turnId, bytes };
  const { commandId, correlationId, traceparent } = message;
  const cause = { id: `${commandId}:${runId}`, causationId: commandId, correlationId, traceparent };
  return [agentEvent(state.agentId, 'process.delivered', data, cause, context)];
}

/** A message whose file has no place: it would be tried for ever, and those behind it would wait. */
export function refusedEvents(
  state: LiveAgent,
  { commandId }: PendingMessage,
  problem: string,
  context: EventContext,
): NewEvent[] {
  const code = 'ORC_ATTACHMENT_REFUSED';
  const { turn } = state;
  return turn?.undelivered?.commandId === commandId
    ? failTurnEvents(state, turn, code, context, problem)
    : rejectEvents(state, commandId, code, context, problem);
}

/** Of both ways in which a turn can be over, one is stored: they have the same id. */
const overCause = (turn: Turn): Cause => ({ ...ofTurn(turn), eventId: `turn.over:${turn.turnId}` });

const ofTurn = ({ turnId, messages, correlationId = messages[0], traceparent }: Turn): Cause => ({
  id: turnId,
  causationId: turnId,
  ...(correlationId !== undefined && { correlationId }),
  traceparent,
});

export function endTurnEvents(state: LiveAgent, turn: Turn, context: EventContext): NewEvent[] {
  const { turnId, answers, questions } = turn;
  const cause = overCause(turn);
  return [agentEvent(state.agentId, 'turn.ended', { turnId, answers, questions }, cause, context)];
}

export function nudgedEvents(state: LiveAgent, turn: Turn, context: EventContext): NewEvent[] {
  const cause = ofTurn(turn);
  return [agentEvent(state.agentId, 'turn.nudged', { turnId: turn.turnId }, cause, context)];
}

export function failTurnEvents(
  state: LiveAgent,
  turn: Turn,
  code: ErrorCode,
  context: EventContext,
  detail?: string,
  lastWords?: string,
): NewEvent[] {
  const { meaning, cure } = ERRORS[code];
  const reason = detail === undefined ? meaning : `${meaning}: ${detail}`;
  const data = { turnId: turn.turnId, code, reason, cure, ...(lastWords && { lastWords }) };
  const cause = overCause(turn);
  return [agentEvent(state.agentId, 'turn.failed', data, cause, context)];
}

export function interruptedEvents(
  state: LiveAgent,
  commandId: string,
  context: EventContext,
): NewEvent[] {
  const data = { runId: state.run.runId, commandId };
  const message = state.queue.find((one) => one.commandId === commandId);
  const cause = {
    ...ofCommand(commandId),
    ...(message && { correlationId: message.correlationId }),
  };
  return [agentEvent(state.agentId, 'process.interrupted', data, cause, context)];
}
