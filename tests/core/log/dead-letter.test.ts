import test from 'ava';
import { startTestNats } from '../../support/nats.ts';
import { collect, message as sent } from './events.ts';

test('a dead letter keeps the message and says why and where it stood', async (t) => {
  const { log } = await startTestNats(t);
  const event = sent('answer-1');
  await log.append(event);
  const [message] = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  t.truthy(message);
  if (message === undefined) return;
  t.like(await log.deadLetter(message, 'text:\nnot a text'), { ok: true, duplicate: false });
  const letter = await log.last('EVENTS_DLQ', 'dlq.events.*');
  t.is(letter?.header('ce-id'), 'answer-1');
  t.is(letter?.header('ce-type'), 'command.send');
  t.is(letter?.header('orc-reason'), 'text: not a text');
  t.is(letter?.header('orc-subject'), event.subject);
  t.is(letter?.header('orc-sequence'), '1');
  t.deepEqual(letter?.payload, message.payload);
});

test('a replay puts the same message on the dead letters once', async (t) => {
  const { log } = await startTestNats(t);
  await log.append([sent('a'), sent('b')]);
  const messages = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  for (const message of [...messages, ...messages]) await log.deadLetter(message, 'damaged');
  t.is((await collect(log.read({ stream: 'EVENTS_DLQ', from: { sequence: 1 } }))).length, 2);
});

test('one that leaves no room for the reason is cut', async (t) => {
  const { log, connection } = await startTestNats(t, { maxPayload: 4_096 });
  await connection.nc.request('users.x.y.z', 'x'.repeat(4_096));
  const [message] = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  if (message === undefined) return t.fail();
  t.like(await log.deadLetter(message, 'no ce-type'), { ok: true, duplicate: false });
  const letter = await log.last('EVENTS_DLQ', 'dlq.>');
  t.is(letter?.header('orc-reason'), 'no ce-type');
  t.regex(String(letter?.payload), /^x{3000,}$/);
});

test('a message without any attribute becomes a dead letter too', async (t) => {
  const { log, connection } = await startTestNats(t);
  await connection.nc.request('users.x.y.z', new Uint8Array([0xff]));
  const [message] = await collect(log.read({ stream: 'EVENTS', from: { sequence: 1 } }));
  t.truthy(message);
  if (message === undefined) return;
  t.like(await log.deadLetter(message, 'no ce-type'), { ok: true, duplicate: false });
  t.deepEqual([...((await log.last('EVENTS_DLQ', 'dlq.>'))?.payload ?? [])], [0xff]);
});
