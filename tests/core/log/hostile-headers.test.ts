import test from 'ava';
import type { EventLog } from '../../../core/log/event-log.ts';
import { startTestNats } from '../../support/nats.ts';
import { rawPublisher } from '../../support/raw-publisher.ts';
import { AGENT, answer, collect } from './events.ts';

/** What the broker stores as headers, and the client throws at when it reads them. */
const UNREADABLE = [
  'NATS/1.0\r\nce id: x\r\n\r\n',
  'NATS/1.0\r\nce-id: x\ny\r\n\r\n',
  'NATS/1.0\r\n\u0000: x\r\n\r\n',
  'NATS/1.0\r\nçé-id: x\r\n\r\n',
];

/** Of what is published without an acknowledgement nobody knows when the stream has it. */
async function heardUpTo(log: EventLog, sequence: number): Promise<void> {
  while ((await log.heard('agents.>')) < sequence);
}

test('of headers that the client cannot read there is none, and the reading goes on', async (t) => {
  const nats = await startTestNats(t);
  const raw = await rawPublisher(t, nats);
  for (const headers of UNREADABLE) raw.publish(`agents.${AGENT}.response.answer`, headers, '{}');
  await raw.flush();
  await nats.log.append(answer('good'));
  await nats.log.heard('agents.>');

  const all = await collect(nats.log.read({ stream: 'EVENTS', from: { sequence: 1 } }));

  const ids = all.map((message) => message.header('ce-id'));
  t.deepEqual(ids, [...UNREADABLE.map(() => undefined), 'good']);
});

test('a message with such headers and nothing in it is looked up like any other', async (t) => {
  const nats = await startTestNats(t);
  const raw = await rawPublisher(t, nats);
  const subject = `agents.${AGENT}.response.answer`;
  for (const [index, headers] of UNREADABLE.entries()) {
    raw.publish(subject, headers, '');
    await raw.flush();
    await heardUpTo(nats.log, index + 1);
    const last = await nats.log.last('EVENTS', `agents.${AGENT}.>`);
    t.like(last, { sequence: index + 1, subject });
    t.is(last?.header('ce-id'), undefined);
    t.is((await nats.log.at('EVENTS', index + 1))?.payload.length, 0);
  }
  t.like(await nats.log.append(answer('good')), { ok: true });
});

test('where and when a message stands is what the broker says, not what its headers do', async (t) => {
  const nats = await startTestNats(t);
  const raw = await rawPublisher(t, nats);
  const forged = ['Nats-Sequence', 'nats-sequence', 'NATS-SEQUENCE']
    .map((name) => `${name}: 9000000\r\n`)
    .concat('Nats-Subject: agents.agent-ba9876543210.process.exited\r\n')
    .concat('Nats-Time-Stamp: garbage\r\n', 'Nats-Stream: LOGS\r\n');
  const subject = `agents.${AGENT}.response.answer`;
  raw.publish(subject, `NATS/1.0 404 Not Found\r\n${forged.join('')}ce-id: a\r\n\r\n`, 'x');
  await raw.flush();
  await heardUpTo(nats.log, 1);

  for (const found of [
    await nats.log.last('EVENTS', `agents.${AGENT}.>`),
    await nats.log.at('EVENTS', 1),
  ]) {
    t.like(found, { sequence: 1, subject });
    t.true(Math.abs(Date.now() - (found?.time.getTime() ?? 0)) < 60_000);
    t.is(found?.header('ce-id'), 'a');
    t.is(String(found?.payload), 'x');
  }
});
