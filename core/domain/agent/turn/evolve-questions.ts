import type { StoredEventOf } from '../../../../schemas/event.ts';
import { isToken } from '../../../../schemas/ids.ts';
import {
  type AgentState,
  isLive,
  type LiveAgent,
  MAX_WAITING,
  type PendingMessage,
  type PendingQuestion,
} from '../agent-state.ts';
import { later } from '../later.ts';

/** So many closed questions are remembered, to tell late answers. */
const REMEMBERED = 50;

/** A question that its asker waits for. */
export function onQuestionAsked(
  state: AgentState,
  { id, sequence, time, data }: StoredEventOf<'response.question'>,
): AgentState {
  // Without a token for an id its result would have no subject: nobody can wait for it.
  if (!isLive(state) || !isToken(id) || data.waitMs === undefined) return state;
  const questions = state.questions ?? [];
  if (questions.some(({ questionId }) => questionId === id) || isClosed(state, id)) return state;
  if (questions.length >= MAX_WAITING) return state;
  const question = { questionId: id, sequence, until: later(time, data.waitMs) };
  return { ...state, questions: [...questions, question] };
}

/**
 * The state in which a message is the answer to a waiting question: the one that it names, or the
 * only one where it names none. `late` where the question has an answer already or is closed;
 * undefined for a message that answers nothing.
 */
export function answering(
  state: AgentState,
  message: PendingMessage,
  names: string | undefined,
): AgentState | 'late' | undefined {
  // A what-if is answered by the record alone.
  if (!isLive(state) || state.whatIf) return undefined;
  const open = (state.questions ?? []).filter(isOpen);
  if (names === undefined) {
    const [only, ...others] = open;
    if (only === undefined || others.length > 0 || message.mode !== 'join') return undefined;
    return withQuestion(state, only.questionId, { answer: message });
  }
  if (open.some(({ questionId }) => questionId === names)) {
    return withQuestion(state, names, { answer: message });
  }
  const known = state.questions?.some(({ questionId }) => questionId === names);
  return known || isClosed(state, names) ? 'late' : undefined;
}

export function onQuestionDue(state: AgentState, questionId: string): AgentState {
  if (!isLive(state)) return state;
  const waits = state.questions?.some((one) => one.questionId === questionId && isOpen(one));
  return waits ? withQuestion(state, questionId, { overdue: true }) : state;
}

/** A question has its outcome; the turn that waited for it gets its whole time again. */
export function onQuestionResult(state: AgentState, event: StoredEventOf<'result'>): AgentState {
  const { callId } = event.data;
  if (!isLive(state) || !state.questions?.some(({ questionId }) => questionId === callId)) {
    return state;
  }
  const deadlineAt = later(event.time, state.turnDeadlineMs);
  return {
    ...state,
    questions: state.questions.filter(({ questionId }) => questionId !== callId),
    closedQuestions: [...(state.closedQuestions ?? []), callId].slice(-REMEMBERED),
    turn: state.turn && { ...state.turn, overdue: false, deadlineAt },
  };
}

/** With its turn the asker has ended: what comes now is no answer, but a message of its own. */
export function withoutAskers<S extends LiveAgent>(state: S): S {
  if (!state.questions?.some(isOpen)) return state;
  const questions = state.questions.map((one) =>
    isOpen(one) ? { ...one, overdue: true as const } : one,
  );
  return { ...state, questions };
}

const isOpen = ({ answer, overdue }: PendingQuestion): boolean => !answer && !overdue;

const isClosed = (state: LiveAgent, questionId: string): boolean =>
  state.closedQuestions?.includes(questionId) ?? false;

function withQuestion(
  state: LiveAgent,
  questionId: string,
  change: Partial<PendingQuestion>,
): LiveAgent {
  const questions = (state.questions ?? []).map((one) =>
    one.questionId === questionId ? { ...one, ...change } : one,
  );
  return { ...state, questions };
}
