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
