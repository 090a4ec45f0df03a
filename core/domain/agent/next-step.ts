import { ERRORS, type ErrorCode } from '../../../schemas/errors.ts';
import type { StopReason } from '../../../schemas/events/process.ts';
import type {
  AgentState,
  EndedAgent,
  LiveAgent,
  PendingControl,
  PendingFile,
  PendingMessage,
  PendingQuestion,
  PendingRun,
  ReadyAgent,
  Turn,
} from './agent-state.ts';

/** How a kind of agent behaves, as far as turns depend on it. Its factory says it. */
export interface AgentTraits {
  /** A message during a running turn: written at once and merged, or kept for the next turn. */
  whileBusy: 'join' | 'queue';
  /** What ends a turn: the agent's signal (`orchestrator turn end`), or its answer or question. */
  endOfTurn: 'signal' | 'response';
}

/** What the owner of an agent has to do next. */
export type Step =
  | { do: 'reject'; commandId: string; code: ErrorCode }
  | { do: 'start' }
  /** The process: started, or found again where it was started before. */
  | { do: 'launch' }
  | { do: 'stop'; reason: StopReason }
  | { do: 'interrupt'; commandId: string }
  | { do: 'extend'; expiresAt: string; commandId?: string }
  | { do: 'extend-from-now'; ttlMs: number; commandId: string }
  | { do: 'delete'; commandId: string }
  | { do: 'run'; command: PendingRun }
  | { do: 'write-file'; file: PendingFile }
  | { do: 'open-turn'; message: PendingMessage }
  | { do: 'deliver'; message: PendingMessage; turnId: string }
  | { do: 'end-turn'; turn: Turn }
  | { do: 'nudge'; turn: Turn }
  | { do: 'fail-turn'; turn: Turn; code: ErrorCode; detail?: string }
  | { do: 'close-question'; question: PendingQuestion };

/**
 * The one next thing to do for an agent, or undefined while there is nothing but to wait. Pure, and
 * a function of the log alone: a spawner that replays comes to the same step as the one that died.
 */
export function nextStep(state: AgentState, traits: AgentTraits): Step | undefined {
  switch (state.phase) {
    case 'unknown':
      return rejectAll(state, 'ORC_AGENT_NOT_FOUND');
    case 'requested':
      return { do: 'start' };
    case 'starting':
      return controlStep(state, state.controls.find(isLifeControl)) ?? { do: 'launch' };
    case 'ready':
      return (
        controlStep(state, state.controls[0]) ??
        questionStep(state) ??
        lifeStep(state) ??
        turnStep(state, traits)
      );
    case 'stopping':
      return undefined;
    case 'ended':
      return endedStep(state);
  }
}

function rejectAll(state: AgentState, code: ErrorCode): Step | undefined {
  const first = state.controls[0] ?? state.queue[0];
  return first && { do: 'reject', commandId: first.commandId, code };
}

function endedStep(state: EndedAgent): Step | undefined {
  const first = state.controls[0];
  if (first?.name === 'delete' && !state.deleted) {
    return { do: 'delete', commandId: first.commandId };
  }
  return rejectAll(state, 'ORC_AGENT_ENDED');
}

/** What is to be done in the agent's place waits until there is one. */
const isLifeControl = ({ name }: PendingControl): boolean => name !== 'run' && name !== 'file';

function controlStep(state: LiveAgent, control: PendingControl | undefined): Step | undefined {
  return control && stepOfControl(control, state);
}

function stepOfControl(control: PendingControl, state: LiveAgent): Step {
  const { commandId } = control;
  switch (control.name) {
    case 'late-answer':
      return { do: 'reject', commandId, code: 'ORC_QUESTION_CLOSED' };
    case 'create':
      return { do: 'reject', commandId, code: 'ORC_AGENT_EXISTS' };
    case 'extend':
      return { do: 'extend-from-now', commandId, ttlMs: control.ttlMs ?? state.ttlMs };
    case 'interrupt':
      return { do: 'interrupt', commandId };
    case 'stop':
    case 'delete':
      return { do: 'stop', reason: control.name };
    case 'run':
      return { do: 'run', command: control };
    case 'file':
      return { do: 'write-file', file: control };
  }
}

/** A waiting question that has its answer, or whose time is over. */
function questionStep({ questions }: ReadyAgent): Step | undefined {
  const question = questions?.find(({ answer, overdue }) => answer || overdue);
  return question && { do: 'close-question', question };
}

/**
 * TTL is idle time: counted from the last turn, and never over while there is work
 * (docs/decisions/0006-ttl-is-idle-time.md).
 */
function lifeStep(state: ReadyAgent): Step | undefined {
  if (!state.expired) return undefined;
  const waits = (state.questions?.length ?? 0) > 0;
  const busy = state.turn !== null || state.queue.length > 0 || waits;
  const from = busy ? state.run.expiresAt : state.idleSince;
  const expiresAt = Date.parse(from) + state.ttlMs;
  return expiresAt > Date.parse(state.run.expiresAt)
    ? { do: 'extend', expiresAt: new Date(expiresAt).toISOString() }
    : { do: 'stop', reason: 'ttl' };
}

function turnStep(state: ReadyAgent, traits: AgentTraits): Step | undefined {
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
  const joins = traits.whileBusy === 'join' && message.mode === 'join' && !state.interrupted;
  return joins ? { do: 'deliver', message, turnId } : undefined;
}

/** A turn that is over before its message was written fails, and the message is not written. */
function firstDelivery(state: ReadyAgent, turn: Turn, message: PendingMessage): Step {
  if (state.interrupted) return { do: 'fail-turn', turn, code: 'ORC_TURN_INTERRUPTED' };
  if (turn.overdue) return { do: 'fail-turn', turn, code: 'ORC_TURN_DEADLINE' };
  return unheard(state, turn) ?? { do: 'deliver', message, turnId: turn.turnId };
}

/** Nothing that the agent says is heard until somebody raises its quota: no turn of it ends by itself. */
function unheard({ muted }: ReadyAgent, turn: Turn): Step | undefined {
  if (muted === undefined || muted.until !== undefined) return undefined;
  return { do: 'fail-turn', turn, code: 'ORC_QUOTA', detail: muted.reason };
}

function endStep(state: ReadyAgent, turn: Turn, traits: AgentTraits): Step | undefined {
  const spoke = turn.answers + turn.questions > 0;
  const over = traits.endOfTurn === 'signal' ? turn.signalled : spoke || state.interrupted;
  if (over) {
    if (turn.problem) return failedBy(turn, turn.problem, state.interrupted);
    if (spoke) return { do: 'end-turn', turn };
    if (state.interrupted) return { do: 'fail-turn', turn, code: 'ORC_TURN_INTERRUPTED' };
    return turn.nudged ? { do: 'fail-turn', turn, code: 'ORC_NO_ANSWER' } : { do: 'nudge', turn };
  }
  // While a person is asked, time is theirs.
  const waits = (state.questions?.length ?? 0) > 0;
  return turn.overdue && !waits ? failedByTime(turn) : undefined;
}

/** What it said to end its turn may not have been heard. */
const failedByTime = (turn: Turn): Step =>
  turn.muted === undefined
    ? { do: 'fail-turn', turn, code: 'ORC_TURN_DEADLINE' }
    : { do: 'fail-turn', turn, code: 'ORC_QUOTA', detail: turn.muted };

/** What the agent itself said of its turn; an interrupt is told as one, whatever broke by it. */
function failedBy(
  turn: Turn,
  { code, detail }: { code: string; detail: string },
  interrupted: boolean,
): Step {
  if (interrupted) return { do: 'fail-turn', turn, code: 'ORC_TURN_INTERRUPTED' };
  // Looked up in the table just here.
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'ORC_MODEL_ERROR';
  return { do: 'fail-turn', turn, code: known, detail };
}
