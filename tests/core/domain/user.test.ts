import test from 'ava';
import { evolveUser, initialUser } from '../../../core/domain/user/user.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import { stored } from '../../support/decider.ts';

const assigned = (agentId: string) => stored('user.agent-assigned', { agentId });
const released = (agentId: string) => stored('user.agent-released', { agentId, reason: 'stop' });
const after = (...events: StoredEvent[]) => events.reduce(evolveUser, initialUser);

test('a user has the agent that was assigned last, and knows all before it, the newest last', (t) => {
  t.deepEqual(after(assigned('a'), assigned('b'), assigned('a')), {
    agentId: 'a',
    agents: ['b', 'a'],
  });
});

test('a release of the present agent leaves none; one of an earlier agent changes nothing', (t) => {
  t.is(after(assigned('a'), released('a')).agentId, null);
  t.is(after(assigned('a'), assigned('b'), released('a')).agentId, 'b');
});

test('other events change nothing', (t) => {
  t.is(after(stored('turn.signalled', {})), initialUser);
});

test('issue 10, 3: what the bot knows of a person is of the same fold, and chosen is what was chosen', (t) => {
  const known = after(
    assigned('a'),
    stored('user.introduced', { name: 'Ann', language: 'ru' }),
    stored('user.mode-chosen', { mode: 'wait' }),
    stored('user.denied', {}),
    stored('user.allowed', {}),
    stored('user.moved', { to: '-1005' }),
  );

  t.deepEqual(known, {
    agentId: 'a',
    agents: ['a'],
    name: 'Ann',
    language: 'ru',
    mode: 'wait',
    allowed: true,
    movedTo: '-1005',
  });
  t.is(initialUser.mode, undefined);
});
