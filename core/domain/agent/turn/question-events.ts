import { ERRORS, type ErrorCode } from '../../../../schemas/errors.ts';
import type { NewEvent } from '../../../../schemas/event.ts';
import { derivedId } from '../../../../schemas/ids.ts';
import { scheduleSubject } from '../../../../schemas/subjects.ts';
import { agentEvent, type EventContext, SOURCE } from '../agent-event.ts';
import {
  correlationOf,
  type LiveAgent,
  type PendingMessage,
  type PendingQuestion,
  traceparentOf,
} from '../agent-state.ts';
import { later } from '../later.ts';
import { type CallOutcome, resultEvent } from './result-event.ts';
import { deliveredEvents, openTurnEvents, turnTimer } from './turn-events.ts';

/** The end of the waiting as a message schedule: no process has to be alive for it. */
export function awaitAnswerEvents(
  { agentId }: LiveAgent,
  { questionId, sequence, until }: PendingQuestion,
  context: EventContext,
): NewEvent[] {
  const cause = { id: `${questionId}:${sequence}`, causationId: questionId };
  const event = agentEvent(agentId, 'timer.question', { questionId }, cause, context);
  const schedule = { at: new Date(until), target: event.subject };
  return [{ ...event, subject: scheduleSubject(agentId, 'question', questionId), schedule }];
}

/**
 * The outcome of a question, as the result of its asker's call: the first answer, or that nobody
 * answered in time. The message that answers joins the running turn, or opens one, so that it has a
 * visible end like any other; the turn's deadline is counted anew. The result comes last
 * (docs/decisions/0041-answers-of-waiting-questions.md).
 */
export function closeQuestionEvents(
  state: LiveAgent,
  question: PendingQuestion,
  context: EventContext,
): NewEvent[] {
  const { turn } = state;
  const { answer } = question;
  const opened = answer && !turn ? openTurnEvents(state, answer, context) : [];
  const turnId = turn?.turnId ?? (answer && derivedId('turn-', answer.commandId));
  return [
    ...opened,
    ...(answer && turnId ? deliveredEvents(state, answer, turnId, 0, context) : []),
    ...turnTimeAnew(state, question, context),
    answer
      ? answered(state, question, answer, context)
      : unanswered(state, question, ...whyUnanswered(state), context),
  ];
}

function whyUnanswered({ muted }: LiveAgent): [code: ErrorCode, message: string] {
  if (muted === undefined) return ['ORC_TIMED_OUT', 'Nobody answered the question in time'];
  return ['ORC_QUOTA', `${ERRORS.ORC_QUOTA.meaning}: ${muted.reason}. ${muted.cure}`];
}

/** A question that is one too many has its outcome at once. */
export function refuseQuestionEvents(
  state: LiveAgent,
  question: PendingQuestion,
  message: string,
  context: EventContext,
): NewEvent[] {
  return [
    ...turnTimeAnew(state, question, context),
    unanswered(state, question, 'ORC_QUOTA', message, context),
  ];
}

/** Of a question that nobody is asked: its outcome is what is recorded of another turn, or that nothing is. */
export const recalledAnswerEvents = (
  state: LiveAgent,
  question: PendingQuestion,
  outcome: CallOutcome,
  context: EventContext,
): NewEvent[] => [
  ...turnTimeAnew(state, question, context),
  outcomeOf(state, question, outcome, context),
];

/** As the fold has it after a question's result. */
function turnTimeAnew(
  { agentId, turn, turnDeadlineMs }: LiveAgent,
  { questionId, sequence }: PendingQuestion,
  context: EventContext,
): NewEvent[] {
  if (turn === null) return [];
  const deadlineAt = later(context.now, turnDeadlineMs);
  return [turnTimer(agentId, turn.turnId, deadlineAt, context, `${questionId}:${sequence}`)];
}

function answered(
  state: LiveAgent,
  question: PendingQuestion,
  { text, commandId, correlationId }: PendingMessage,
  { now }: EventContext,
): NewEvent {
  const outcome: CallOutcome = { ok: true, value: { answer: text, commandId } };
  // Outside of a turn it began with the answer.
  const began = correlationOf(state) ?? correlationId;
  const traceparent = traceparentOf(state);
  const stated = { source: SOURCE, now, causationId: commandId, correlationId: began, traceparent };
  return resultEvent(state.agentId, askedBy(question), outcome, stated);
}

const unanswered = (
  state: LiveAgent,
  question: PendingQuestion,
  code: ErrorCode,
  message: string,
  context: EventContext,
): NewEvent => outcomeOf(state, question, { ok: false, code, message }, context);

const outcomeOf = (
  state: LiveAgent,
  question: PendingQuestion,
  outcome: CallOutcome,
  { now }: EventContext,
): NewEvent =>
  resultEvent(state.agentId, askedBy(question), outcome, {
    source: SOURCE,
    now,
    correlationId: correlationOf(state),
    traceparent: traceparentOf(state),
  });

const askedBy = ({ questionId, sequence }: PendingQuestion) => ({ callId: questionId, sequence });
