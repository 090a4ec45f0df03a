import { headers } from '@nats-io/transport-node';
import test from 'ava';
import { publishEvent } from '../../../core/log/publish-event.ts';
import { startTestNats } from '../../support/nats.ts';
import { AGENT, answer } from './events.ts';

test('what an agent said stands in EVENTS when it was heard, and tells where', async (t) => {
  const { log, connectAgent } = await startTestNats(t);
  const { nc } = await connectAgent(AGENT);
  const filter = `agents.${AGENT}.>`;
  t.is(await log.heard(filter), 0, 'nothing was said yet');
  for (let index = 0; index < 200; index += 1) {
    const said = await publishEvent(nc, answer(`answer-${index}`));
    t.like(said, { ok: true, sequence: index + 1 });
    const heard = await log.heard(filter);
    t.is((await log.at('EVENTS', heard))?.header('ce-id'), `answer-${index}`);
  }
});

test('where a message comes from is the server’s word, not that of who wrote the same in small letters', async (t) => {
  const { log, connectAgent } = await startTestNats(t);
  const { nc } = await connectAgent(AGENT);
  const forged = headers();
  forged.append('nats-stream-source', 'SAID 0 > > agents.>');
  await nc.request(`agents.${AGENT}.response.answer`, '{}', { headers: forged, timeout: 5_000 });
  t.is(await log.heard(`agents.${AGENT}.>`, AbortSignal.timeout(5_000)), 1);
});
