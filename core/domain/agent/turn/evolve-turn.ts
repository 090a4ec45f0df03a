import type { StoredEventOf } from '../../../../schemas/event.ts';
import type { EventType } from '../../../../schemas/event-catalogue.ts';
import { MAX_LAST_MESSAGE } from '../../../../schemas/limits.ts';
import { belowSpan, spanIdOf } from '../../../../schemas/trace-context.ts';
import {
  type AgentState,
  awake,
  isLive,
  type LiveAgent,
  type PendingMessage,
  type Turn,
} from '../agent-state.ts';
import { settle, withControl } from '../command/evolve-command.ts';
import { withOverflow } from '../command/overflow.ts';
import type { EvolveBy } from '../evolve-by.ts';
import { onResult, onToolCall } from './evolve-calls.ts';
import { answering, onQuestionAsked, onQuestionDue, withoutAskers } from './evolve-questions.ts';
import { dueOf, onSnapshot, onUndone, withoutDue } from './evolve-snapshots.ts';

/** Messages, and what the agent says and does because of them. */
export const evolveByTurn = {
  'command.send': onSend,
  'process.delivered': onDelivered,
  'process.interrupted': onInterrupted,
  'turn.started': onTurnStarted,
  'turn.signalled': onSignalled,
  'turn.nudged': onNudged,
  'turn.ended': onTurnEnd,
  'turn.failed': onTurnEnd,
  'process.undone': onUndone,
  'turn.snapshot': onSnapshot,
  'turn.snapshot-failed': (state, { data }) => withoutDue(state, data.turnId),
  'response.answer': onAnswer,
  'response.question': onQuestion,
  'tool.project.create': onToolCall,
  'tool.project.get': onToolCall,
  'tool.project.list': onToolCall,
  'tool.project.use': onToolCall,
  'tool.project.archive': onToolCall,
  'tool.project.diff': onToolCall,
  'tool.project.log': onToolCall,
  'tool.project.merge': onToolCall,
  'tool.job.get': onToolCall,
  'tool.job.list': onToolCall,
  'tool.job.cancel': onToolCall,
  'tool.declared': onToolCall,
  result: onResult,
  'timer.question': (state, { data }) => onQuestionDue(state, data.questionId),
  'timer.turn': (state, { data }) =>
    onTurn(state, (turn) => (turn.turnId === data.turnId ? { ...turn, overdue: true } : turn)),
} satisfies Partial<EvolveBy<EventType>>;

/** A message that is sent again while it waits or is worked on is one message. */
function onSend(state: AgentState, event: StoredEventOf<'command.send'>): AgentState {
  const waits = state.queue.some(({ commandId }) => commandId === event.id);
  const isServed = isLive(state) && state.turn?.messages.includes(event.id);
  if (waits || isServed) return state;
  const overflowing = withOverflow(state, event);
  if (overflowing) return overflowing;
  const message = pendingMessage(event);
  const answered = answering(state, message, event.data.answers ?? event.data.replyTo);
  if (answered === 'late') {
    return withControl(state, { commandId: event.id, name: 'late-answer' }, event);
  }
  return answered ?? { ...state, queue: [...state.queue, message] };
}

function pendingMessage(event: StoredEventOf<'command.send'>): PendingMessage {
  const { text, mode, from, files } = event.data;
  const correlationId = event.correlationId ?? event.id;
  const traceparent = belowSpan(event.traceparent, spanIdOf('message', event.id));
  const more = {
    ...(from && { from }),
    ...(files && { files }),
    ...(traceparent !== undefined && { traceparent }),
  };
  return { commandId: event.id, text, mode, ...more, correlationId };
}

function onDelivered(state: AgentState, event: StoredEventOf<'process.delivered'>): AgentState {
  const { commandId, turnId, bytes } = event.data;
  if (!isLive(state)) return state;
  const { turn } = state;
  const counts = { ...state.counts, messages: state.counts.messages + 1 };
  // The answer to a waiting question is the asker's: nothing of it is written.
  const heard = bytes === 0 ? state : withWritten(state);
  const settled = awake({ ...settle(heard, commandId), counts });
  if (turn?.turnId !== turnId) return settled;
  const joined = turn.messages.includes(commandId) ? turn.messages : [...turn.messages, commandId];
  const undelivered = turn.undelivered?.commandId === commandId ? null : turn.undelivered;
  const delivered = { ...turn, messages: joined, undelivered };
  return { ...settled, turn: sinceWritten(delivered, settled) };
}

function onNudged(state: AgentState): AgentState {
  if (!isLive(state) || state.turn === null) return state;
  const nudged = withWritten(state);
  return { ...nudged, turn: sinceWritten({ ...state.turn, nudged: true }, nudged) };
}

function onSignalled(
  state: AgentState,
  { data: { problem, taken, lastMessage } }: StoredEventOf<'turn.signalled'>,
): AgentState {
  if (!isLive(state) || state.turn === null) return state;
  const signalled = taken === undefined || taken >= (state.written ?? 0);
  const { taken: _before, ...turn } = withLastWords(state.turn, lastMessage);
  return {
    ...state,
    turn: {
      ...turn,
      signalled,
      ...(problem && { problem }),
      ...(taken !== undefined && { taken }),
    },
  };
}

const withWritten = <S extends LiveAgent>(state: S): S => ({
  ...state,
  written: (state.written ?? 0) + 1,
});

/**
 * A turn in which something was just written. The agent may have been done with it before the log
 * says that it was written: then it has counted it.
 */
const sinceWritten = (turn: Turn, state: LiveAgent): Turn => ({
  ...turn,
  signalled: turn.taken !== undefined && turn.taken >= (state.written ?? 0),
});

function onInterrupted(state: AgentState, event: StoredEventOf<'process.interrupted'>): AgentState {
  // Only the control is settled: a message that interrupts still waits for its own turn.
  const controls = state.controls.filter((control) => control.commandId !== event.data.commandId);
  const settled = { ...state, controls };
  return isLive(settled) ? { ...awake(settled), interrupted: settled.turn !== null } : settled;
}

function onTurnStarted(state: AgentState, event: StoredEventOf<'turn.started'>): AgentState {
  if (!isLive(state) || state.turn !== null) return state;
  const { turnId, commandId, deadlineAt } = event.data;
  const message = state.queue.find((pending) => pending.commandId === commandId);
  const turn: Turn = {
    turnId,
    startedAt: event.time,
    deadlineAt,
    messages: [commandId],
    ...(event.correlationId !== undefined &&
      event.correlationId !== commandId && { correlationId: event.correlationId }),
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    undelivered: message ?? null,
    answers: 0,
    questions: 0,
    nudged: false,
    signalled: false,
    overdue: false,
    ...(state.muted && { muted: state.muted.reason }),
  };
  const counts = { ...state.counts, turns: state.counts.turns + 1 };
  return { ...settle(state, commandId), turn, counts, interrupted: false };
}

function onTurn(state: AgentState, change: (turn: Turn) => Turn): AgentState {
  return isLive(state) && state.turn ? { ...state, turn: change(state.turn) } : state;
}

/** What was said before the nudge is mostly the answer, and what came after it an excuse: both are kept. */
function withLastWords(turn: Turn, words: string | undefined): Turn {
  const before = turn.nudged ? turn.lastWords : undefined;
  if (!words?.trim() || words === before) return turn;
  const all = before === undefined ? words : `${before}\n\n${words}`;
  return { ...turn, lastWords: all.slice(0, MAX_LAST_MESSAGE).toWellFormed() };
}

/** One that the asker waits for does not end the turn: the asker goes on with the answer. */
function onQuestion(state: AgentState, event: StoredEventOf<'response.question'>): AgentState {
  if (event.data.waitMs !== undefined) return onQuestionAsked(state, event);
  return onTurn(state, (turn) => ({ ...turn, questions: turn.questions + 1 }));
}

function onAnswer(state: AgentState): AgentState {
  if (state.phase === 'unknown') return state;
  const counted = { ...state, counts: { ...state.counts, answers: state.counts.answers + 1 } };
  return onTurn(counted, (turn) => ({ ...turn, answers: turn.answers + 1 }));
}

function onTurnEnd(
  state: AgentState,
  event: StoredEventOf<'turn.ended' | 'turn.failed'>,
): AgentState {
  if (!isLive(state) || state.turn?.turnId !== event.data.turnId) return state;
  const failed = state.counts.failed + (event.type === 'turn.failed' ? 1 : 0);
  const counts = { ...state.counts, failed };
  const due = state.project && { snapshotDue: dueOf(event) };
  const idle = { ...state, turn: null, idleSince: event.time, interrupted: false, counts, ...due };
  return withoutAskers(whatIfDone(idle, state.turn.messages));
}

/** The one turn of a what-if is over. */
function whatIfDone(state: LiveAgent, messages: readonly string[]): LiveAgent {
  const { whatIf } = state;
  return whatIf && messages.includes(whatIf.messageId) ? { ...state, whatIfOver: true } : state;
}
