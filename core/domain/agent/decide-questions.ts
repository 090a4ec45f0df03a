import type { NewEvent, NewEventOf } from '../../../schemas/event.ts';
import { derivedId } from '../../../schemas/ids.ts';
import { scheduleSubject, subjectOf } from '../../../schemas/subjects.ts';
import type { LiveAgent, PendingQuestion, ReadyAgent } from './agent-state.ts';
import {
  agentEvent,
  type DecisionContext,
  decideDelivered,
  decideOpenTurn,
  turnTimer,
} from './decide-agent.ts';

/** The end of the waiting as a message schedule: no process has to be alive for it. */
export function decideAwaitAnswer(
  { agentId }: LiveAgent,
  { questionId, until }: PendingQuestion,
  context: DecisionContext,
): NewEvent[] {
  const cause = { id: questionId, causationId: questionId };
  const event = agentEvent(agentId, 'timer.question', { questionId }, cause, context);
  const schedule = { at: new Date(until), target: event.subject };
  return [{ ...event, subject: scheduleSubject(agentId, 'question', questionId), schedule }];
}

/**
 * The outcome of a question, as the result of its asker's call: the first answer, or that nobody
 * answered in time. The message that answers joins the running turn, or opens one, so that it has a
 * visible end like any other; the turn's deadline is counted anew. The result comes last.
 */
export function decideCloseQuestion(
  state: ReadyAgent,
  question: PendingQuestion,
  context: DecisionContext,
): NewEvent[] {
  const { agentId, turn, turnDeadlineMs } = state;
  const { answer, questionId } = question;
  const opened = answer && !turn ? decideOpenTurn(state, answer, context) : [];
  const turnId = turn?.turnId ?? (answer && derivedId('turn-', answer.commandId));
  const deadlineAt = new Date(context.now.getTime() + turnDeadlineMs).toISOString();
  return [
    ...opened,
    ...(answer && turnId ? decideDelivered(state, answer, turnId, 0, context) : []),
    ...(turn ? [turnTimer(agentId, turn.turnId, deadlineAt, context, questionId)] : []),
    resultEvent(agentId, questionId, answer, context),
  ];
}

function resultEvent(
  agentId: string,
  questionId: string,
  answer: PendingQuestion['answer'],
  { now }: DecisionContext,
): NewEvent {
  const data = answer
    ? { ok: true, callId: questionId, value: { answer: answer.text, commandId: answer.commandId } }
    : {
        ok: false,
        callId: questionId,
        error: { code: 'ORC_TIMED_OUT', message: 'Nobody answered the question in time' },
      };
  return {
    id: `result:${agentId}:${questionId}`,
    type: 'result',
    source: 'orchestrator/spawner',
    time: now.toISOString(),
    causationId: answer?.commandId ?? questionId,
    subject: subjectOf({ family: 'result', agentId, callId: questionId }),
    data,
    // The union is too wide for the compiler to see that `data` is a result's.
  } as NewEventOf<'result'>;
}
