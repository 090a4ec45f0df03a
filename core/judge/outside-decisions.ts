import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import type { EventContext } from '../domain/agent/agent-event.ts';
import { type AgentState, isLive } from '../domain/agent/agent-state.ts';
import { archivedEvents, isSettled } from '../domain/agent/archive-events.ts';
import { isIdle } from '../domain/agent/claim.ts';
import { type HomeStep, homeEvents } from '../domain/agent/home-retention.ts';
import type { Quotas } from '../domain/agent/run/quota.ts';
import { mutedEvents, refusalEvents, unmutedEvents } from '../domain/agent/run/quota-events.ts';
import {
  clearedEvents,
  goneEvents,
  lostEvents,
  stoppingEvents,
} from '../domain/agent/run/run-end-events.ts';
import { pausedEvents, releasedEvents, takeoverEvents } from '../domain/agent/run/run-events.ts';
import type { Stands } from './agent-decisions.ts';

/**
 * What something outside of the log leads to: a node that is gone, a clock, a quota, what a runtime says. That it was
 * so is taken from the event; whether it may be stated of this state, and how, is decided.
 */
export function outsideDecision(
  state: AgentState,
  { first, behind }: Stands,
  context: EventContext,
): NewEvent[] {
  if (!isLive(state)) return ofEnded(state, first, context);
  switch (first.type) {
    case 'process.starting':
      return takeoverEvents(state, context);
    case 'process.released':
      return isIdle(state) ? releasedEvents(state, first.data.reason, context) : [];
    case 'process.paused':
      return isIdle(state) && !state.run.paused ? pausedEvents(state, context) : [];
    case 'process.muted': {
      const { reason, cure, until } = first.data;
      const excess = { reason, cure, ...(until !== undefined && { until }) };
      return state.phase === 'stopping' ? [] : mutedEvents(state, excess, context);
    }
    case 'process.unmuted':
      return state.muted === undefined ? [] : unmutedEvents(state, context);
    case 'process.stopping':
      return nextSignal(state, first.data.step, context);
    case 'result':
      return refusals(state, first, context);
    default:
      return LOST.has(first.type) ? lost(state, [first, ...behind(MOST_OF_END)], context) : [];
  }
}

/** Events of the end of an agent, with all that waited for it. */
const MOST_OF_END = 1_000;

/** What the end of one that is gone begins with. */
const LOST: ReadonlySet<string> = new Set([
  'turn.failed',
  'process.rejected',
  'process.lost',
  'process.stopped',
]);

const STEPS = ['stdin-closed', 'sigterm', 'sigkill'] as const;

/** The graceful end goes on with time alone. */
function nextSignal(
  state: Extract<AgentState, { run: unknown }>,
  step: (typeof STEPS)[number],
  context: EventContext,
): NewEvent[] {
  if (state.phase !== 'stopping' || STEPS.indexOf(step) <= STEPS.indexOf(state.step)) return [];
  return stoppingEvents(state, state.reason, step, context);
}

/** Its runtime knows nothing of it, or its node is gone. */
function lost(
  state: Extract<AgentState, { run: unknown }>,
  events: readonly StoredEvent[],
  context: EventContext,
): NewEvent[] {
  const start = `agents.${state.agentId}.process.`;
  const end = events.find(
    ({ type, subject }) =>
      subject.startsWith(start) && (type === 'process.lost' || type === 'process.stopped'),
  );
  if (end?.type === 'process.lost') {
    return lostEvents(state, end.data.reason, context, end.data.left);
  }
  return end?.type === 'process.stopped' ? goneEvents(state, '', context, end.data.left) : [];
}

/** How many may wait is a setting, which the refusal names. */
function refusals(
  state: Extract<AgentState, { run: unknown }>,
  first: StoredEvent,
  context: EventContext,
): NewEvent[] {
  if (first.type !== 'result' || first.data.ok) return [];
  const [, most, what] =
    /^(\d+) (calls|questions) of this agent/.exec(first.data.error.message) ?? [];
  if (most === undefined) return [];
  const none = Number.POSITIVE_INFINITY;
  const quotas = { calls: none, questions: none, [String(what)]: Number(most) };
  // Of the quotas these two alone are asked for.
  return refusalEvents(state, quotas as unknown as Quotas, context);
}

function ofEnded(state: AgentState, first: StoredEvent, context: EventContext): NewEvent[] {
  if (first.type === 'process.cleared') {
    const { runId, code, signal, left } = first.data;
    const end = { code, signal, ...(left && { left }) };
    return clearedEvents(state.agentId, runId, end, context);
  }
  if (state.phase !== 'ended') return [];
  switch (first.type) {
    case 'process.archived':
      return isSettled(state) ? archivedEvents(state, context) : [];
    case 'process.home-due':
      return state.deleted || state.homeRemoved || state.homeDue !== undefined
        ? []
        : homeEvents(state, { do: 'tell', removeAt: first.data.removeAt }, context);
    case 'process.home-removed': {
      const step: HomeStep = { do: 'state-removal' };
      const isDue =
        state.homeDue !== undefined && Date.parse(state.homeDue) <= context.now.getTime();
      return state.homeRemoved || !isDue ? [] : homeEvents(state, step, context);
    }
    default:
      return [];
  }
}
