import test from 'ava';
import fc from 'fast-check';
import { BOOKMARK, deliveryIdOf, noticeIdOf, shownId } from '../../../bot/delivery/delivery-ids.ts';
import { agentEventId, isAgentEventId, isToken, newAgentId } from '../../../schemas/ids.ts';
import { deliveryFilter } from '../../../schemas/subjects.ts';

const [ANN, BEN] = [newAgentId(), newAgentId()];

test('a response’s delivery has its own id, by which a button finds the question', (t) => {
  const id = agentEventId(ANN, 'question');
  t.is(deliveryIdOf(ANN, id), id);
});

test('what services state of an agent has an id of that agent and that event, the same each time', (t) => {
  const events = ['turn.over:turn-0123456789ab', 'process.rejected:tg-1-2', agentEventId(BEN, 'x')];
  const ids = [ANN, BEN].flatMap((agent) => events.map((id) => deliveryIdOf(agent, id)));
  t.is(new Set(ids).size, 6);
  for (const agent of [ANN, BEN])
    for (const id of events) t.is(deliveryIdOf(agent, id), deliveryIdOf(agent, id));
  t.notThrows(() => ids.map((id) => deliveryFilter('telegram', id)));
});

test('whatever id an agent gives to what it says, it is the name of nothing else', (t) => {
  const cause = fc.nat().map((update) => `tg-4242-${update}`);
  const name = fc.constantFrom('too-fast', 'new-agent', 'failed', 'to-1001234567890');
  const own = fc
    .stringMatching(/^[A-Za-z0-9_-]{1,109}$/)
    .map((rest) => `${ANN}_${rest}`)
    .filter((id) => isAgentEventId(ANN, id));
  const property = fc.property(own, cause, name, fc.integer(), fc.nat(), (id, ...others) => {
    const [causeId, word, chat, message] = others;
    const delivery = deliveryIdOf(ANN, id);
    const taken = [
      noticeIdOf(causeId, word),
      shownId(String(chat), String(message)),
      BOOKMARK,
      deliveryIdOf(BEN, agentEventId(BEN, 'answer')),
      deliveryIdOf(ANN, 'turn.over:turn-0123456789ab'),
      deliveryIdOf(BEN, 'turn.over:turn-0123456789ab'),
    ];
    return taken.every(isToken) && !taken.includes(delivery) && delivery.startsWith('agent-');
  });
  fc.assert(property);
  t.pass();
});
