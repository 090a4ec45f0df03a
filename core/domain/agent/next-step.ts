import {
  type AgentState,
  type EndedAgent,
  isLive,
  isToBeDeleted,
  type LiveAgent,
  type PendingControl,
} from './agent-state.ts';
import type { AgentTraits } from './agent-traits.ts';
import type { CommandOutcome } from './command/command-events.ts';
import {
  type CommandStep,
  commandStepOfControl,
  nextRefusal,
  nextRejection,
} from './command/next-command-step.ts';
import { endedRewindStep, rewindStep } from './next-rewind-step.ts';
import { nextEndStep, nextLifeStep, type RunStep, runStepOfControl } from './run/next-run-step.ts';
import type { ProcessEnd } from './run/run-end-events.ts';
import {
  nextAwaitStep,
  nextQuestionStep,
  nextSnapshotStep,
  nextTurnStep,
  type TurnStep,
} from './turn/next-turn-step.ts';
import { undoStep } from './turn/next-undo-step.ts';

/** What the owner of an agent has to do next. */
export type Step = RunStep | TurnStep | CommandStep;

/** What the owner of an agent knows of it that its log does not say yet. */
export interface KnownBesideLog {
  /** How its process has ended, once the last line of its logs is stored. */
  end?: ProcessEnd | undefined;
  /** It was launched, and is to say itself when it is ready. */
  awaitsReady?: boolean;
  /** A shell command that has ended. */
  ended?: { commandId: string; outcome: CommandOutcome } | undefined;
  /** Whether the clock of a question was set, by the question's place in the log. */
  isAwaited?: (sequence: number) => boolean;
}

/**
 * The one next thing to do for an agent, or undefined while there is nothing but to wait. Pure: a
 * spawner that replays comes to the same step as the one that died.
 *
 * @example
 * const state = events.reduce(evolveAgent, unknownAgent('agent-0123456789ab'));
 * nextStep(state, { whileBusy: 'queue', endOfTurn: 'signal' }); // { do: 'open-turn', message }
 */
export function nextStep(
  state: AgentState,
  traits: AgentTraits,
  { end, awaitsReady = false, ended, isAwaited }: KnownBesideLog = {},
): Step | undefined {
  const refusal = nextRefusal(state, traits.maxQueue);
  if (refusal) return refusal;
  if (isLive(state) && end) {
    // A turn that it has answered ends as answered.
    const step = stepByLog(state, traits);
    return step?.do === 'end-turn' ? step : nextEndStep(state, end, awaitsReady);
  }
  const [call] = state.calls;
  if (call) return { do: 'call', call };
  if (ended) return { do: 'state-outcome', ...ended };
  const awaits = isLive(state) && isAwaited && nextAwaitStep(state, isAwaited);
  return awaits || stepByLog(state, traits);
}

function stepByLog(state: AgentState, traits: AgentTraits): Step | undefined {
  switch (state.phase) {
    case 'unknown':
      return nextRejection(state, 'ORC_AGENT_NOT_FOUND');
    case 'requested':
      return { do: 'start' };
    case 'starting':
      return controlStep(state, state.controls.find(isLifeControl)) ?? { do: 'launch' };
    case 'ready':
      return (
        nextSnapshotStep(state) ??
        controlStep(state, state.controls[0]) ??
        nextQuestionStep(state) ??
        nextLifeStep(state) ??
        nextTurnStep(state, traits)
      );
    case 'stopping':
      return undefined;
    case 'ended':
      return endedStep(state);
  }
}

function endedStep(state: EndedAgent): Step | undefined {
  const first = state.controls[0];
  if (first?.name === 'delete' && !state.deleted) {
    return { do: 'delete', commandId: first.commandId };
  }
  if (first?.name === 'resume' && state.running === undefined) {
    const { commandId, as } = first;
    return { do: 'resume', commandId, ...(as !== undefined && { as }) };
  }
  // Commands that were begun have their outcomes first.
  if (first?.name === 'resume') return undefined;
  if (first?.name === 'rewind') return endedRewindStep(state, first);
  if (isToBeDeleted(state) && first === undefined && state.queue.length === 0) {
    return { do: 'delete', commandId: state.createdBy };
  }
  const { how, detail } = state.end;
  // Also the rest of a queue that was longer than the batch with the failed start takes.
  return how === 'start-failed'
    ? nextRejection(state, 'ORC_START_FAILED', detail)
    : nextRejection(state, 'ORC_AGENT_ENDED');
}

/** What is to be done in the agent's place waits until there is one. */
const isLifeControl = ({ name }: PendingControl): boolean => !IN_ITS_PLACE.has(name);

const IN_ITS_PLACE: ReadonlySet<PendingControl['name']> = new Set([
  'run',
  'file',
  'undo',
  'rewind',
]);

function controlStep(state: LiveAgent, control: PendingControl | undefined): Step | undefined {
  return control && stepOfControl(state, control);
}

function stepOfControl(state: LiveAgent, control: PendingControl): Step {
  switch (control.name) {
    case 'extend':
    case 'stop':
    case 'delete':
      return runStepOfControl(control, state);
    case 'interrupt':
      return { do: 'interrupt', commandId: control.commandId };
    case 'undo':
      return undoStep(state, control.commandId);
    case 'rewind':
      return rewindStep(state, control);
    case 'resume':
      return { do: 'reject', commandId: control.commandId, code: 'ORC_AGENT_EXISTS' };
    default:
      return commandStepOfControl(control, state.running?.length ?? 0);
  }
}
