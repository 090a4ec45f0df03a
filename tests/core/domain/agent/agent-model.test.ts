import test from 'ava';
import fc from 'fast-check';
import { isLive, unknownAgent } from '../../../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../../../core/domain/agent/agent-traits.ts';
import { evolveAgent } from '../../../../core/domain/agent/evolve-agent.ts';
import type { StoredEvent } from '../../../../schemas/event.ts';
import type { EventType } from '../../../../schemas/event-catalogue.ts';
import { AGENT } from '../../../support/decider.ts';
import { SimulatedAgent } from '../../../support/simulated-agent.ts';

const TTL_MS = 7_200_000;
const TURN_DEADLINE_MS = 600_000;

type Act = (agent: SimulatedAgent, id: string) => void;

const createWith =
  (turnDeadlineMs: number): Act =>
  (agent, id) =>
    agent.happen('command.create', { kind: 'line', ttlMs: TTL_MS, turnDeadlineMs }, id);

/** The agent can do something only while its process runs. */
const byProcess =
  (act: Act): Act =>
  (agent, id) => {
    if (isLive(agent.state) && agent.state.phase !== 'starting' && !agent.end) act(agent, id);
  };

const act = fc.oneof(
  { weight: 1, arbitrary: fc.constant(createWith(TURN_DEADLINE_MS)) },
  {
    weight: 8,
    arbitrary: fc.constantFrom('join' as const, 'wait' as const, 'interrupt' as const).map(
      (mode): Act =>
        (agent, id) =>
          agent.happen('command.send', { text: id, mode }, id),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Act>(
      (agent, id) => agent.happen('command.interrupt', {}, id),
      (agent, id) => agent.happen('command.extend', { ttlMs: 1_000 }, id),
      (agent, id) => agent.happen('command.run', { commandLine: 'true', timeoutMs: 1_000 }, id),
      (agent, id) => agent.happen('command.file', { path: 'workspace/notes', content: id }, id),
      (agent, id) => agent.happen('command.extend', { ttlMs: 4 * TTL_MS }, id),
      (agent) => agent.lose(),
      (agent) => {
        agent.launches = false;
      },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Act>(
      (agent, id) => agent.happen('command.stop', { reason: 'asked' }, id),
      (agent, id) => agent.happen('command.delete', {}, id),
      (agent, id) => agent.happen('command.resume', {}, id),
      (agent, id) => agent.happen('command.resume', {}, id),
      byProcess((agent) => {
        agent.end = { code: 3, signal: null };
      }),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.constantFrom<Act>(
      byProcess((agent, id) => agent.happen('response.answer', { text: id }, id)),
      byProcess((agent, id) => agent.happen('response.question', { text: id }, id)),
      byProcess((agent, id) => agent.happen('response.progress', { text: id }, id)),
      byProcess((agent, id) => agent.happen('tool.project.create', { name: id }, id)),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.constant<Act>(byProcess((agent, id) => agent.happen('turn.signalled', {}, id))),
  },
  {
    weight: 8,
    arbitrary: fc.constantFrom(1, 2, 5).map(
      (steps): Act =>
        (agent) =>
          agent.work(steps),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(1_000, TURN_DEADLINE_MS, TTL_MS).map(
      (ms): Act =>
        (agent) =>
          agent.pass(ms),
    ),
  },
);

const traits = fc.record<AgentTraits>({
  whileBusy: fc.constantFrom('join', 'queue'),
  endOfTurn: fc.constantFrom('signal', 'response'),
  maxQueue: fc.constantFrom(1, 3, 200),
});

/** A turn may be allowed more time than an idle agent has. */
const turnDeadline = fc.constantFrom(TURN_DEADLINE_MS, 2 * TTL_MS);

/** Anything may happen to an agent after it was created; what came of it is checked. */
function forAll(check: (agent: SimulatedAgent) => void, atTheEnd: 'running' | 'stopped'): void {
  const acts = fc.array(act, { maxLength: 80 });
  const property = fc.property(traits, turnDeadline, acts, (own, turnDeadlineMs, others) => {
    const create = createWith(turnDeadlineMs);
    const agent = new SimulatedAgent(own);
    for (const [index, each] of [create, ...others].entries()) each(agent, `c-${index}`);
    agent.settle();
    if (atTheEnd === 'stopped') {
      agent.happen('command.stop', { reason: 'asked' }, 'last');
      agent.settle();
    }
    check(agent);
  });
  fc.assert(property, { numRuns: 1_000 });
}

const ofType = <T extends EventType>(agent: SimulatedAgent, type: T) =>
  agent.log.filter((event): event is Extract<StoredEvent, { type: T }> => event.type === type);

function same(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
}

/** The commands of each turn: the one that opened it, and those that joined. */
function turnsOf(agent: SimulatedAgent): Map<string, Set<string>> {
  const turns = new Map<string, Set<string>>();
  for (const { data } of ofType(agent, 'turn.started')) {
    turns.set(data.turnId, new Set([data.commandId]));
  }
  for (const { data } of ofType(agent, 'process.delivered')) {
    turns.get(data.turnId)?.add(data.commandId);
  }
  return turns;
}

test('every message ends in exactly one turn, or is refused', (t) => {
  forAll((agent) => {
    const turns = [...turnsOf(agent).values()];
    const refused = new Set(ofType(agent, 'process.rejected').map(({ data }) => data.commandId));
    for (const { id } of ofType(agent, 'command.send')) {
      const served = turns.filter((commands) => commands.has(id)).length;
      same(served + (refused.has(id) ? 1 : 0), 1, `outcomes of ${id}`);
    }
  }, 'stopped');
  t.pass();
});

test('every turn has exactly one end, and only the last may still run', (t) => {
  const ends = (agent: SimulatedAgent) =>
    [...ofType(agent, 'turn.ended'), ...ofType(agent, 'turn.failed')]
      .map(({ data }) => data.turnId)
      .sort();
  forAll((agent) => {
    same(ends(agent), [...turnsOf(agent).keys()].sort(), 'ends of turns');
  }, 'stopped');
  forAll((agent) => {
    const running = isLive(agent.state) && agent.state.turn ? [agent.state.turn.turnId] : [];
    same([...ends(agent), ...running].sort(), [...turnsOf(agent).keys()].sort(), 'ends of turns');
  }, 'running');
  t.pass();
});

test('every command has its outcome: nothing waits in an agent that has ended', (t) => {
  forAll((agent) => {
    const { phase, queue, controls, calls } = agent.state;
    same([phase, queue, controls, calls], ['ended', [], [], []], 'what is left');
  }, 'stopped');
  t.pass();
});

test('no more messages wait than may, as soon as their owner has looked', (t) => {
  forAll((agent) => {
    agent.happen('command.send', { text: 'one more', mode: 'wait' }, 'one-more');
    agent.settle();
    const { queue } = agent.state;
    same(queue.length <= (agent.traits.maxQueue ?? 0), true, `${queue.length} wait`);
  }, 'running');
  t.pass();
});

test('messages are written in the order in which they were sent, each once', (t) => {
  forAll((agent) => {
    const order = ofType(agent, 'command.send').map(({ id }) => id);
    same(
      agent.stdin,
      order.filter((id) => agent.stdin.includes(id)),
      'stdin',
    );
  }, 'running');
  t.pass();
});

test('a message is written only into the turn that runs', (t) => {
  forAll((agent) => {
    let running: string | undefined;
    for (const event of agent.log) {
      if (event.type === 'turn.started') {
        same(running, undefined, 'a turn in a turn');
        running = event.data.turnId;
      }
      if (event.type === 'process.delivered') same(event.data.turnId, running, 'delivered');
      if (event.type === 'turn.ended' || event.type === 'turn.failed') {
        same(event.data.turnId, running, 'the end of a turn');
        running = undefined;
      }
    }
  }, 'running');
  t.pass();
});

test('a turn is reminded at most once', (t) => {
  forAll((agent) => {
    const reminded = ofType(agent, 'turn.nudged').map(({ data }) => data.turnId);
    same(reminded, [...new Set(reminded)], 'reminders');
  }, 'running');
  t.pass();
});

test('no turn outlives its deadline', (t) => {
  forAll((agent) => {
    agent.pass(TURN_DEADLINE_MS + 1_000);
    const { state, now } = agent;
    if (!isLive(state) || state.turn === null) return;
    same(Date.parse(state.turn.deadlineAt) + 1_000 > now, true, 'its deadline is to come');
  }, 'running');
  t.pass();
});

test('an agent ends by its time only when it was idle for all of it, and then surely', (t) => {
  forAll((agent) => {
    let idleSince = 0;
    let busy = false;
    for (const { type, data, time } of agent.log) {
      if (type === 'process.starting' || type === 'turn.ended' || type === 'turn.failed') {
        idleSince = Date.parse(time);
        busy = false;
      }
      if (type === 'turn.started') busy = true;
      if (type !== 'process.stopping' || data.reason !== 'ttl') continue;
      same([busy, Date.parse(time) - idleSince >= TTL_MS], [false, true], 'stopped by its time');
    }
    agent.pass(200 * TTL_MS);
    same(isLive(agent.state), false, 'it lives on for ever');
  }, 'running');
  t.pass();
});

test('every event that was decided has an id of its own', (t) => {
  forAll((agent) => {
    const ids = agent.log.map(({ id }) => id);
    same(ids, [...new Set(ids)], 'ids');
  }, 'stopped');
  t.pass();
});

test('the log alone makes the state', (t) => {
  forAll((agent) => {
    const own = agent.log.filter(({ subject }) => subject.startsWith('agents.'));
    same(own.reduce(evolveAgent, unknownAgent(AGENT)), agent.state, 'state');
  }, 'running');
  t.pass();
});
