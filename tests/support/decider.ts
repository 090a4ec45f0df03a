import type { ExecutionContext } from 'ava';
import type { EventContext } from '../../core/domain/agent/agent-event.ts';
import { type AgentState, unknownAgent } from '../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../core/domain/agent/agent-traits.ts';
import { evolveAgent } from '../../core/domain/agent/evolve-agent.ts';
import { nextStep, type Step } from '../../core/domain/agent/next-step.ts';
import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { frozen } from './frozen.ts';
import type { StatedEvent } from './stated-events.ts';

export const AGENT = 'agent-0123456789ab';

export const CONTEXT: EventContext = {
  now: new Date('2026-01-04T15:00:00.000Z'),
  node: 'node-test',
};

export const JOINS: AgentTraits = { whileBusy: 'join', endOfTurn: 'signal' };
export const QUEUES: AgentTraits = { whileBusy: 'queue', endOfTurn: 'response' };

/** An event of {@link AGENT} as it would stand in the log. */
export function stored<T extends EventType>(
  type: T,
  data: DataOf<T>,
  own: { id?: string; time?: string; correlationId?: string } = {},
): StoredEvent {
  return {
    id: own.id ?? `id-of-${type}`,
    type,
    subject: `agents.${AGENT}.${type}`,
    sequence: 1,
    source: 'test',
    time: own.time ?? CONTEXT.now.toISOString(),
    correlationId: own.correlationId,
    data,
    // The data was typed by the type just above.
  } as StoredEvent;
}

/** The state after these events; none of them may be changed by anybody. */
export const evolved = (
  events: readonly StoredEvent[],
  from: AgentState = unknownAgent(AGENT),
): AgentState => events.reduce((state, event) => frozen(evolveAgent(state, event)), frozen(from));

/**
 * Given what happened, when this is decided, then that is appended:
 * `given(…events).when((state) => …Events(state, …)).thenAppends(t, stated('turn.ended', …))`.
 */
export function given(...events: StoredEvent[]) {
  const state = evolved(events);
  return {
    state,
    /** What is to be done next. */
    step: (traits: AgentTraits = QUEUES): Step | undefined => nextStep(state, traits),
    when<S extends AgentState>(decide: (state: S) => NewEvent[]) {
      // The test knows in which phase its events end; a wrong one shows at once.
      const decided = decide(state as S);
      return {
        events: decided,
        /** Whole events: ids, times and causes are passed in or derived. */
        thenAppends: (t: ExecutionContext, ...events: StatedEvent[]) =>
          // Typed by the catalogue on one side, spelled by hand on the other.
          t.deepEqual<unknown, unknown>(decided, events),
        /** The state after what was decided; schedules do not count as happened. */
        state: evolved(
          decided
            .filter(({ schedule }) => schedule === undefined)
            .map(
              (event, index) => ({ ...event, sequence: events.length + index + 1 }) as StoredEvent,
            ),
          state,
        ),
      };
    },
  };
}
