import { type AgentState, isLive, type Turn } from '../domain/agent/agent-state.ts';
import type { AgentTraits } from '../domain/agent/agent-traits.ts';
import type { Step } from '../domain/agent/next-step.ts';

/** Why the decider came to a step, from the state and the traits that it came to it by. Pure. */
export function stepReason(state: AgentState, step: Step, traits: AgentTraits): string {
  switch (step.do) {
    case 'open-turn':
      return `message ${step.message.commandId} waited, and no turn ran`;
    case 'deliver':
      return deliveryReason(state, step.message.commandId);
    case 'end-turn':
      return `${endedBy(traits)}, and it has said ${said(step.turn)}`;
    case 'nudge':
      return `${endedBy(traits)} without an answer or a question, for the first time`;
    case 'fail-turn':
      return failureReason(step, traits);
    case 'interrupt':
      return `somebody asked for it by ${step.commandId}`;
    case 'call':
      return `it called ${step.call.tool} ${step.call.verb} (${step.call.callId})`;
    case 'snapshot':
      return 'a turn in a project was over, and its files had not been looked at';
    case 'await-answer':
    case 'close-question':
      return `somebody waits for the outcome of ${step.question.questionId}`;
    case 'stop':
      return step.reason === 'ttl'
        ? 'it was idle for as long as its TTL'
        : `${step.reason} was asked for`;
    case 'reject':
      return `${step.commandId} cannot be done: ${step.code}`;
    default:
      return 'what the log said of its life called for it';
  }
}

function deliveryReason(state: AgentState, commandId: string): string {
  const opens = isLive(state) && state.turn?.undelivered?.commandId === commandId;
  return opens
    ? `the turn was open, and message ${commandId} not written yet`
    : `message ${commandId} came while the turn ran, and this agent takes messages into a running turn`;
}

const endedBy = ({ endOfTurn }: AgentTraits): string =>
  endOfTurn === 'signal' ? 'it signalled the end of its turn' : 'what it said ends its turn';

const said = ({ answers, questions }: Turn): string =>
  `${answers} ${answers === 1 ? 'answer' : 'answers'} and ${questions} ${questions === 1 ? 'question' : 'questions'}`;

function failureReason(
  { turn, code, detail }: Extract<Step, { do: 'fail-turn' }>,
  traits: AgentTraits,
): string {
  switch (code) {
    case 'ORC_NO_ANSWER':
      return `${endedBy(traits)} again without a word, after it had been reminded`;
    case 'ORC_TURN_DEADLINE':
      return `its deadline, ${turn.deadlineAt}, had passed`;
    case 'ORC_TURN_INTERRUPTED':
      return 'it was interrupted';
    case 'ORC_QUOTA':
      return `it was over a quota, and not heard: ${detail ?? ''}`;
    default:
      return `the agent said that it came to nothing: ${detail ?? code}`;
  }
}

/**
 * Whether a step is about this turn, or was taken while it ran.
 *
 * @param opener the message that opened it
 */
export function isOfTurn(
  state: AgentState,
  step: Step,
  { turnId, opener }: { turnId: string; opener: string | undefined },
): boolean {
  switch (step.do) {
    case 'open-turn':
      return step.message.commandId === opener;
    case 'deliver':
    case 'snapshot':
      return step.turnId === turnId;
    case 'end-turn':
    case 'nudge':
    case 'fail-turn':
      return step.turn.turnId === turnId;
    default:
      return isLive(state) && state.turn?.turnId === turnId;
  }
}
