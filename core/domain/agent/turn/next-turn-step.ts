import { ERRORS, type ErrorCode } from '../../../../schemas/errors.ts';
import {
  type LiveAgent,
  MAX_TURN_MESSAGES,
  type PendingCall,
  type PendingMessage,
  type PendingQuestion,
  type ReadyAgent,
  type Snapshot,
  type Turn,
} from '../agent-state.ts';
import type { AgentTraits } from '../agent-traits.ts';

/** What is to be done for a turn, or for what one waits for. */
export type TurnStep =
  | { do: 'interrupt'; commandId: string }
  | { do: 'open-turn'; message: PendingMessage }
  | { do: 'deliver'; message: PendingMessage; turnId: string }
  | { do: 'end-turn'; turn: Turn }
  | { do: 'nudge'; turn: Turn }
  | { do: 'fail-turn'; turn: Turn; code: ErrorCode; detail?: string; lastWords?: string }
  | { do: 'snapshot'; turnId: string; correlationId?: string; before: Snapshot | undefined }
  /** `to`: of a rewind, the turn whose snapshot `before` is. */
  | {
      do: 'undo';
      commandId: string;
      last: Snapshot;
      before: Snapshot | undefined;
      to?: string;
    }
  | { do: 'await-answer'; question: PendingQuestion }
  | { do: 'close-question'; question: PendingQuestion }
  /** Nobody is asked by a what-if: it is answered as it was then. */
  | { do: 'recall-answer'; question: PendingQuestion }
  | { do: 'call'; call: PendingCall };

/** The clock of a question is set once by each that owns its asker: again, it takes its own place. */
export function nextAwaitStep(
  { questions, whatIf }: LiveAgent,
  isAwaited: (sequence: number) => boolean,
): TurnStep | undefined {
  if (whatIf) return undefined;
  const question = questions?.find(({ sequence }) => !isAwaited(sequence));
  return question && { do: 'await-answer', question };
}

/** What a turn in a project has left is kept before anything else is done to it. */
export function nextSnapshotStep({ snapshotDue, snapshots }: ReadyAgent): TurnStep | undefined {
  return snapshotDue && { do: 'snapshot', ...snapshotDue, before: snapshots?.at(-1) };
}

/** A waiting question that has its answer, or whose time is over. */
export function nextQuestionStep({ questions, whatIf }: ReadyAgent): TurnStep | undefined {
  const question = questions?.find(({ answer, overdue }) => answer || overdue);
  if (question) return { do: 'close-question', question };
  const [asked] = questions ?? [];
  return whatIf && asked && { do: 'recall-answer', question: asked };
}

/** What is next for the turn that runs, or for the message that opens one. */
export function nextTurnStep(state: ReadyAgent, traits: AgentTraits): TurnStep | undefined {
  const { turn } = state;
  const [message] = state.queue;
  if (turn === null) return message && { do: 'open-turn', message };
  const { turnId } = turn;
  if (turn.undelivered) return firstDelivery(state, turn, turn.undelivered);
  const end = endStep(state, turn, traits) ?? unheard(state, turn);
  if (end) return end;
  if (message === undefined) return undefined;
  if (message.mode === 'interrupt' && !state.interrupted) {
    return { do: 'interrupt', commandId: message.commandId };
  }
  const joins =
    traits.whileBusy === 'join' &&
    message.mode === 'join' &&
    !state.interrupted &&
    turn.messages.length < MAX_TURN_MESSAGES &&
    // Nothing is added to what is compared.
    state.whatIf === undefined;
  return joins ? { do: 'deliver', message, turnId } : undefined;
}

/** A turn that is over before its message was written fails, and the message is not written. */
function firstDelivery(state: ReadyAgent, turn: Turn, message: PendingMessage): TurnStep {
  if (state.interrupted) return { do: 'fail-turn', turn, code: 'ORC_TURN_INTERRUPTED' };
  if (turn.overdue) return { do: 'fail-turn', turn, code: 'ORC_TURN_DEADLINE' };
  return unheard(state, turn) ?? { do: 'deliver', message, turnId: turn.turnId };
}

/** Nothing that the agent says is heard until somebody raises its quota: no turn of it ends by itself. */
function unheard({ muted }: ReadyAgent, turn: Turn): TurnStep | undefined {
  if (muted === undefined || muted.until !== undefined) return undefined;
  return { do: 'fail-turn', turn, code: 'ORC_QUOTA', detail: muted.reason };
}

function endStep(state: ReadyAgent, turn: Turn, traits: AgentTraits): TurnStep | undefined {
  const spoke = turn.answers + turn.questions > 0;
  const over = traits.endOfTurn === 'signal' ? turn.signalled : spoke || state.interrupted;
  if (over) {
    if (turn.problem) return failedBy(turn, turn.problem, state.interrupted);
    if (spoke) return { do: 'end-turn', turn };
    if (state.interrupted) return { do: 'fail-turn', turn, code: 'ORC_TURN_INTERRUPTED' };
    return turn.nudged ? unanswered(turn, traits) : { do: 'nudge', turn };
  }
  // While a person is asked, time is theirs.
  const waits = (state.questions?.length ?? 0) > 0;
  return turn.overdue && !waits ? failedByTime(turn) : undefined;
}

/** Its words were not sent by itself, but they are all that there is. */
const unanswered = (turn: Turn, { lastWords }: AgentTraits): TurnStep => ({
  do: 'fail-turn',
  turn,
  code: 'ORC_NO_ANSWER',
  ...(lastWords && turn.lastWords && { lastWords: turn.lastWords }),
});

/** What it said to end its turn may not have been heard. */
const failedByTime = (turn: Turn): TurnStep =>
  turn.muted === undefined
    ? { do: 'fail-turn', turn, code: 'ORC_TURN_DEADLINE' }
    : { do: 'fail-turn', turn, code: 'ORC_QUOTA', detail: turn.muted };

/** What the agent itself said of its turn; an interrupt is told as one, whatever broke by it. */
function failedBy(
  turn: Turn,
  { code, detail }: { code: string; detail: string },
  interrupted: boolean,
): TurnStep {
  if (interrupted) return { do: 'fail-turn', turn, code: 'ORC_TURN_INTERRUPTED' };
  // Looked up in the table just here.
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'ORC_MODEL_ERROR';
  return { do: 'fail-turn', turn, code: known, detail };
}
