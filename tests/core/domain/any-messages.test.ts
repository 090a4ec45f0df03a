import test from 'ava';
import fc from 'fast-check';
import { spokenOf } from '../../../bot/delivery/delivery-content.ts';
import { messageParts } from '../../../bot/delivery/message-part.ts';
import { wordsFor } from '../../../bot/words/words.ts';
import { evolveTalk, happeningOf, newTalk } from '../../../core/conversation/talk.ts';
import { type AgentState, isLive } from '../../../core/domain/agent/agent-state.ts';
import { nextStep } from '../../../core/domain/agent/next-step.ts';
import { type DeliveryState, evolveDelivery } from '../../../core/domain/delivery/delivery.ts';
import { foldMessage } from '../../../core/domain/fold-message.ts';
import {
  hashSystem,
  initialSystem,
  type SystemState,
  serializeSystem,
} from '../../../core/domain/system-state.ts';
import { eventJson, eventLine } from '../../../core/operator/event-line.ts';
import { systemViews } from '../../../core/views/system-views.ts';
import { eventOps, historyOps } from '../../../projections/redis/mirror/event-ops.ts';
import { logOps } from '../../../projections/redis/mirror/log-ops.ts';
import { parseEvent, type RawMessage } from '../../../schemas/parse-event.ts';
import { parseSubject } from '../../../schemas/subjects.ts';
import { VIEWS } from '../../../schemas/views.ts';
import { working } from '../../support/agent-events.ts';
import { AGENT, JOINS, QUEUES } from '../../support/decider.ts';
import {
  anyMessage,
  type Published,
  soundMessage,
  storedAs,
} from '../../support/message-arbitraries.ts';

/** Of an agent that may live, and work on something, before anything of it. */
const anyLog = fc
  .tuple(fc.nat(working().length), fc.array(anyMessage, { maxLength: 40 }))
  .map(([lived, messages]) => [...working().slice(0, lived).map(soundMessage), ...messages]);

const stored = (messages: readonly Published[]): RawMessage[] =>
  messages.map((message, index) => storedAs(message, index + 1));

/** Everything but the place in the log, which every message moves, and how much was said. */
const within = (state: SystemState): string =>
  serializeSystem({
    ...state,
    sequence: 0,
    fences: new Map(),
    agents: new Map([...state.agents].map(([agentId, agent]) => [agentId, unmetered(agent)])),
  });

function unmetered(agent: AgentState): AgentState {
  if (!isLive(agent)) return agent;
  const { said: _said, ...rest } = agent;
  return rest;
}

test('whatever stands in the log is folded; what is refused is counted, and changes nothing but the place', (t) => {
  const property = fc.property(anyLog, (messages) => {
    const state = initialSystem();
    for (const message of stored(messages)) {
      const before = within(state);
      const folded = foldMessage(state, message);
      t.is(state.sequence, message.sequence);
      const owesResult = parseSubject(message.subject)?.family === 'tool';
      if (folded.kind !== 'event' && !owesResult) t.is(within(state), before);
    }
    hashSystem(state);
  });
  fc.assert(property, { numRuns: 500 });
});

test('of whatever was folded every view is what it promises, and the next step is known', (t) => {
  const property = fc.property(anyLog, (messages) => {
    const state = initialSystem();
    for (const message of stored(messages)) foldMessage(state, message);
    VIEWS.agents.response.parse(systemViews.agents(state, {}));
    VIEWS.projects.response.parse(systemViews.projects(state, {}));
    for (const agent of state.agents.values()) {
      for (const traits of [JOINS, QUEUES]) nextStep(agent, traits);
      if (agent.phase === 'unknown') continue;
      VIEWS.agent.response.parse(systemViews.agent(state, { agentId: agent.agentId }));
    }
    for (const key of state.users.keys()) {
      const [channel = '', userId = ''] = key.split('/');
      VIEWS.user.response.parse(systemViews.user(state, { channel, userId }));
    }
  });
  fc.assert(property, { numRuns: 300 });
  t.pass();
});

test('whoever reads the log without the fold gets through whatever stands in it', (t) => {
  const words = wordsFor('en');
  const property = fc.property(anyLog, (messages) => {
    let [talk, delivery] = [newTalk(AGENT), undefined as unknown];
    for (const message of stored(messages)) {
      eventLine(message);
      JSON.parse(eventJson(message));
      logOps(message);
      const parsed = parseEvent(message);
      if (parsed.kind !== 'event') continue;
      const { event } = parsed;
      happeningOf(talk, event);
      talk = evolveTalk(talk, event);
      // Undefined before the first.
      delivery = evolveDelivery(delivery as DeliveryState | undefined, event);
      messageParts(spokenOf(event, words));
      eventOps(event, { storedAt: message.time, quiet: false });
      historyOps(event, message.time, 10);
    }
  });
  fc.assert(property, { numRuns: 300 });
  t.pass();
});

test('an event that its aggregate throws at is left out, and has changed nothing', (t) => {
  const state = initialSystem();
  // As no fold leaves it: damage, or a mistake of ours.
  state.agents.set(AGENT, { phase: 'ready', agentId: AGENT } as never);
  const before = within(state);
  const subject = `agents.${AGENT}.command.send`;
  const headers: [string, string][] = [
    ['ce-type', 'command.send'],
    ['ce-id', 'm-1'],
  ];
  const message = storedAs({ subject, headers, payload: Buffer.from('{"text":"x"}') }, 7);

  const folded = foldMessage(state, message);

  t.is(folded.kind, 'invalid');
  t.regex(folded.kind === 'invalid' ? folded.reason : '', /^does not fold: /);
  t.is(within(state), before);
  t.is(state.sequence, 7);
});
