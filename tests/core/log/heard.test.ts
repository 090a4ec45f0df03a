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
