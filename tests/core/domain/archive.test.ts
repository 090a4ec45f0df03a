import test from 'ava';
import fc from 'fast-check';
import { MAX_ARCHIVED } from '../../../core/domain/archived-agent.ts';
import { foldMessage } from '../../../core/domain/fold-message.ts';
import {
  applyEvent,
  initialSystem,
  type SystemState,
  userKey,
} from '../../../core/domain/system-state.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import {
  created,
  deleteAsked,
  exited,
  OWNER,
  READY,
  rejected,
  sent,
  working,
} from '../../support/agent-events.ts';
import { AGENT, CONTEXT, stored } from '../../support/decider.ts';
import { anyEvent } from '../../support/event-arbitraries.ts';
import { soundMessage, storedAs } from '../../support/message-arbitraries.ts';
import { idOf } from '../log/events.ts';

const ENDED_AT = CONTEXT.now.toISOString();

const archived = stored('process.archived', { endedAt: ENDED_AT });

const after = (...events: StoredEvent[]): SystemState => {
  const state = initialSystem();
  for (const event of events) applyEvent(state, event);
  return state;
};

const ENDED = [...READY, exited];

test('an agent that is archived leaves the state; a few fields are kept in mind', (t) => {
  const state = after(...ENDED, archived);
  t.is(state.agents.size, 0);
  t.is(state.fences.size, 0);
  t.deepEqual(
    [...state.archived],
    [
      [
        AGENT,
        {
          kind: 'line',
          owner: OWNER,
          createdAt: ENDED_AT,
          endedAt: ENDED_AT,
          how: 'exited' as const,
        },
      ],
    ],
  );
});

test('one that lives, or that ended at another time, is not archived by mistake', (t) => {
  t.is(after(...working(), archived).agents.get(AGENT)?.phase, 'ready');
  const other = stored('process.archived', { endedAt: '2026-01-05T00:00:00.000Z' });
  const state = after(...ENDED, other);
  t.is(state.agents.get(AGENT)?.phase, 'ended');
  t.is(state.archived.size, 0);
  t.is(after(archived).archived.size, 0);
});

test('a message that came just before still gets its outcome, and then nothing is left of it', (t) => {
  const waiting = [...ENDED, sent('m-late'), archived];
  t.like(after(...waiting).agents.get(AGENT), {
    phase: 'unknown',
    queue: [{ commandId: 'm-late' }],
  });
  const state = after(...waiting, rejected('m-late'));
  t.is(state.agents.size + state.fences.size, 0);
});

test('whatever comes for it later, it is not there again unless it goes on', (t) => {
  // Deleted it is in nobody's mind: its spawner knows from the log that its id is taken.
  const others = anyEvent.filter(
    ({ type }) => type !== 'process.deleted' && type !== 'process.resumed',
  );
  const late = fc.array(others, { maxLength: 30 });
  fc.assert(
    fc.property(late, (events) => {
      const state = after(...ENDED, archived);
      events.map(soundMessage).forEach((message, at) => {
        foldMessage(state, storedAs(message, at + 100));
      });
      const agent = state.agents.get(AGENT);
      t.true(agent === undefined || agent.phase === 'unknown');
      t.true(state.archived.has(AGENT));
    }),
  );
});

test('a second create of it waits to be refused', (t) => {
  const state = after(...ENDED, archived, created);
  t.like(state.agents.get(AGENT), {
    phase: 'unknown',
    controls: [{ commandId: created.id, name: 'create' }],
  });
  t.is(after(...ENDED, archived, created, rejected(created.id)).agents.size, 0);
});

test('with its create an agent is refused as a whole', (t) => {
  t.is(after(created, rejected(created.id)).agents.size, 0);
  const waits = after(created, sent('m-1'), rejected(created.id)).agents.get(AGENT);
  t.like(waits, { phase: 'unknown', queue: [{ commandId: 'm-1' }] });
});

test('its word counts for nobody, with the reason', (t) => {
  const state = after(...ENDED, archived);
  const answer = stored('response.answer', { text: 'late' }, { id: idOf('late') });
  const word = storedAs(soundMessage(answer), 100);
  const folded = foldMessage(state, word);
  t.is(folded.kind, 'refused');
  t.is(state.agents.size, 0);
});

test('of one that was deleted no more is kept than that it was', (t) => {
  const deleted = stored('process.deleted', { commandId: deleteAsked.id });
  const before = after(...ENDED, deleteAsked, deleted, archived);
  t.is(before.archived.size, 0);
  t.is(before.forgotten, 1);
  const later = after(...ENDED, archived, deleteAsked, deleted);
  t.is(later.agents.size + later.archived.size + later.fences.size, 0);
  t.is(later.forgotten, 1);
});

test('of many that were archived the last are kept in mind, of the others their number', (t) => {
  const state = initialSystem();
  const agents = Array.from({ length: MAX_ARCHIVED + 3 }, (_, at) => agentAt(at));
  for (const agentId of agents) {
    for (const event of [...ENDED, archived]) applyEvent(state, of(agentId, event));
  }
  t.is(state.archived.size, MAX_ARCHIVED);
  t.is(state.forgotten, 3);
  t.deepEqual([...state.archived.keys()], agents.slice(3));
});

test('an id that nobody created is kept in mind while a command to it waits, and no longer', (t) => {
  t.is(after(sent('m-1')).agents.size, 1);
  const settled = after(sent('m-1'), rejected('m-1'));
  t.is(settled.agents.size + settled.fences.size, 0);
  const nothing = after(stored('timer.ttl', { runId: 'run-1', expiresAt: ENDED_AT }));
  t.is(nothing.agents.size, 0);
});

test('of a person’s agents the last 1,000 are kept in mind', (t) => {
  const state = initialSystem();
  const assigned = stored('user.agent-assigned', { agentId: AGENT });
  const subject = 'users.terminal.ann.agent-assigned';
  for (let at = 0; at <= 1_000; at += 1) {
    // The data is of the type of the event that it is spread over.
    applyEvent(state, { ...assigned, subject, data: { agentId: agentAt(at) } } as StoredEvent);
  }
  const agents = state.users.get(userKey('terminal', 'ann'))?.agents;
  t.is(agents?.length, 1_000);
  t.is(agents?.at(-1), agentAt(1_000));
});

const agentAt = (at: number): string => `agent-${at.toString(16).padStart(12, '0')}`;

const of = (agentId: string, event: StoredEvent): StoredEvent => ({
  ...event,
  subject: event.subject.replace(AGENT, agentId),
});
