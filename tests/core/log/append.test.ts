import test from 'ava';
import { startTestNats } from '../../support/nats.ts';
import { answer } from './events.ts';

test('an event is stored with its attributes as headers and its data as JSON', async (t) => {
  const { log } = await startTestNats(t);
  const event = answer('answer-1', 'Grüße');
  const result = await log.append(event);
  t.deepEqual(result, { ok: true, sequence: 1, duplicate: false });
  const stored = await log.last('EVENTS', event.subject);
  t.is(stored?.header('ce-id'), 'answer-1');
  t.is(stored?.header('nats-msg-id'), 'answer-1');
  t.is(stored?.header('ce-type'), 'response.answer');
  t.is(new TextDecoder().decode(stored?.payload), '{"text":"Grüße"}');
});
