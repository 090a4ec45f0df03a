import type { StoredEvent } from '../../schemas/event.ts';
import { type AgentState, unknownAgent } from '../domain/agent/agent-state.ts';
import type { AgentTraits } from '../domain/agent/agent-traits.ts';
import { evolveAgent } from '../domain/agent/evolve-agent.ts';
import { nextStep, type Step } from '../domain/agent/next-step.ts';
import { isOfTurn, stepReason } from './step-reason.ts';

/** An event, as far as one looks it up by that. */
export interface EventPlace {
  sequence: number;
  time: string;
  type: string;
}

/** A step that the decider came to, recomputed. */
export interface DecidedStep {
  do: Step['do'] | 'end';
  /** In words. */
  because: string;
  /** The event after which there was nothing else to do. */
  after: EventPlace;
  /** The event that says that it was done; absent where something came between, or it is not done yet. */
  stated?: EventPlace;
}

/** What the log says once a step is done, where it says it by events of one kind. */
const STATED_BY: Partial<Record<Step['do'], readonly string[]>> = {
  'open-turn': ['turn.started'],
  deliver: ['process.delivered'],
  'end-turn': ['turn.ended'],
  nudge: ['turn.nudged'],
  'fail-turn': ['turn.failed'],
  interrupt: ['process.interrupted'],
  call: ['result'],
  'close-question': ['result'],
  snapshot: ['turn.snapshot', 'turn.snapshot-failed'],
  stop: ['process.stopping'],
  reject: ['process.rejected'],
  extend: ['process.extended'],
  'extend-from-now': ['process.extended'],
};

/** What only somebody who decides states: of a turn. */
const OVER: ReadonlySet<string> = new Set(['turn.ended', 'turn.failed', 'turn.nudged']);

/** How agents may behave; which an agent's is, is no event: its kind and settings said it then. */
const ALL_TRAITS: readonly AgentTraits[] = [
  { whileBusy: 'join', endOfTurn: 'signal' },
  { whileBusy: 'queue', endOfTurn: 'response' },
  { whileBusy: 'queue', endOfTurn: 'signal' },
  { whileBusy: 'join', endOfTurn: 'response' },
];

export interface Decisions {
  /** Those by which what was decided is what the log says. */
  traits: AgentTraits;
  /** Of the turn, and what was decided while it ran. */
  steps: DecidedStep[];
}

/**
 * The steps that the decider took for a turn, recomputed from all that the log says of its agent: by the traits that
 * explain the log best. Pure.
 *
 * @param events of the agent, from its first, in order; those that count for nobody left out
 */
export function decidedSteps(
  agentId: string,
  turnId: string,
  events: readonly StoredEvent[],
): Decisions {
  const all = ALL_TRAITS.map((traits) => decidedBy(traits, agentId, turnId, events));
  const best = all.reduce((a, b) => (b.surprises < a.surprises ? b : a));
  return { traits: best.traits, steps: best.steps };
}

function decidedBy(
  traits: AgentTraits,
  agentId: string,
  turnId: string,
  events: readonly StoredEvent[],
): Decisions & { surprises: number } {
  let state: AgentState = unknownAgent(agentId);
  let pending: { step: Step; decided?: DecidedStep } | undefined;
  const steps: DecidedStep[] = [];
  const turn = { turnId, opener: openerOf(turnId, events) };
  let surprises = 0;
  for (const event of events) {
    const isDone = pending !== undefined && states(pending.step, event);
    if (isDone && pending?.decided) pending.decided.stated = placeOf(event);
    // By the log alone nobody would have come to it, or would have come to something else.
    if (!isDone && OVER.has(event.type)) {
      surprises += 1;
      if (isAbout(event, turnId)) steps.push(unforeseen(event));
    }
    if (!isDone && pending && isEnd(pending.step) && isWord(event)) surprises += 1;
    state = evolveAgent(state, event);
    const step = nextStep(state, traits);
    if (step !== undefined && pending !== undefined && !isDone && isSame(step, pending.step))
      continue;
    pending = step && { step };
    if (pending === undefined || !isOfTurn(state, pending.step, turn)) continue;
    const { step: next } = pending;
    const because = stepReason(state, next, traits);
    const decided: DecidedStep = { do: next.do, because, after: placeOf(event) };
    pending = { step: next, decided };
    steps.push(decided);
  }
  return { traits, steps, surprises };
}

function openerOf(turnId: string, events: readonly StoredEvent[]): string | undefined {
  for (const { type, data } of events) {
    if (type === 'turn.started' && data.turnId === turnId) return data.commandId;
  }
  return undefined;
}

/** The end of its process is known to its owner before the log says it. */
function unforeseen(event: StoredEvent): DecidedStep {
  const place = placeOf(event);
  const because = 'its owner had seen the end of its process, which the log says next to it';
  return { do: 'end', because, after: place, stated: place };
}

const states = (step: Step, { type, data }: StoredEvent): boolean => {
  if (STATED_BY[step.do]?.includes(type)) return !('turnId' in step) || sameTurn(step, data);
  return false;
};

const sameTurn = (step: { turnId: string }, data: object): boolean =>
  !('turnId' in data) || data.turnId === step.turnId;

const isEnd = ({ do: name }: Step): boolean => name === 'end-turn' || name === 'nudge';

/** What an agent says itself goes on where its turn does. */
const isWord = ({ type }: StoredEvent): boolean =>
  type === 'turn.signalled' || type.startsWith('response.') || type.startsWith('tool.');

const isAbout = ({ data }: StoredEvent, turnId: string): boolean =>
  'turnId' in data && data.turnId === turnId;

const isSame = (a: Step, b: Step): boolean => a.do === b.do && keyOf(a) === keyOf(b);

/** What it is done to. */
function keyOf(step: Step): string {
  switch (step.do) {
    case 'open-turn':
    case 'deliver':
      return step.message.commandId;
    case 'call':
      return step.call.callId;
    case 'fail-turn':
      return `${step.turn.turnId} ${step.code}`;
    case 'end-turn':
    case 'nudge':
      return step.turn.turnId;
    case 'await-answer':
    case 'close-question':
      return step.question.questionId;
    default:
      return 'commandId' in step ? (step.commandId ?? '') : '';
  }
}

const placeOf = ({ sequence, time, type }: StoredEvent): EventPlace => ({ sequence, time, type });
