import test from 'ava';
import fc from 'fast-check';
import { type AgentState, unknownAgent } from '../../../../core/domain/agent/agent-state.ts';
import { evolveAgent } from '../../../../core/domain/agent/evolve-agent.ts';
import { nextStep } from '../../../../core/domain/agent/next-step.ts';
import { evolveProject, type ProjectState } from '../../../../core/domain/project/project.ts';
import {
  applyEvent,
  hashSystem,
  initialSystem,
  serializeSystem,
} from '../../../../core/domain/system-state.ts';
import { evolveUser, initialUser } from '../../../../core/domain/user/user.ts';
import type { StoredEvent } from '../../../../schemas/event.ts';
import { AGENT, JOINS, QUEUES } from '../../../support/decider.ts';
import { anyEvent } from '../../../support/event-arbitraries.ts';
import { frozen } from '../../../support/frozen.ts';

const anyEvents = fc.array(anyEvent, { maxLength: 60 });

/** Every state on the way; each is frozen, as is each event. */
function statesOf(events: readonly StoredEvent[]): AgentState[] {
  const states: AgentState[] = [frozen<AgentState>(unknownAgent(AGENT))];
  for (const event of events) {
    const before = states.at(-1) ?? unknownAgent(AGENT);
    states.push(frozen(evolveAgent(before, frozen(event))));
  }
  return states;
}

test('any events in any order fold without an error, and change neither state nor event', (t) => {
  fc.assert(
    fc.property(anyEvents, (events) => void statesOf(events)),
    { numRuns: 1_000 },
  );
  t.pass();
});

test('of any state it can be said what is next, and nothing is changed by asking', (t) => {
  const property = fc.property(anyEvents, (events) => {
    for (const state of statesOf(events))
      for (const traits of [JOINS, QUEUES]) nextStep(state, traits);
  });
  fc.assert(property, { numRuns: 500 });
  t.pass();
});

test('an id never changes, an end is left by going on alone, and at most one turn runs', (t) => {
  const property = fc.property(anyEvents, (events) => {
    const states = statesOf(events);
    const leavesItsEnd = (before: AgentState, at: number) =>
      before.phase === 'ended' &&
      states[at + 1]?.phase !== 'ended' &&
      events[at]?.type !== 'process.resumed';
    return (
      states.every(({ agentId }) => agentId === AGENT) &&
      !states.slice(0, -1).some((before, at) => leavesItsEnd(before, at))
    );
  });
  fc.assert(property, { numRuns: 500 });
  t.pass();
});

test('users and projects fold any events without an error, and change nothing that they are given', (t) => {
  const property = fc.property(anyEvents, (events) => {
    let user = frozen(initialUser);
    let project: ProjectState | undefined;
    for (const event of events.map((each) => frozen(each))) {
      user = frozen(evolveUser(user, event));
      project = frozen(evolveProject(project, 'proj-1', event));
    }
    return user.agents.length <= 1;
  });
  fc.assert(property, { numRuns: 500 });
  t.pass();
});

test('equal logs have equal states, and the text of a state is that of its copy', (t) => {
  const property = fc.property(anyEvents, (events) => {
    const [one, other] = [initialSystem(), initialSystem()];
    for (const [index, event] of events.entries()) {
      const stored = { ...event, sequence: index + 1 };
      applyEvent(one, stored);
      applyEvent(other, structuredClone(stored));
    }
    return (
      hashSystem(one) === hashSystem(other) &&
      serializeSystem(one) === serializeSystem(structuredClone(one))
    );
  });
  fc.assert(property, { numRuns: 300 });
  t.pass();
});
