import test from 'ava';
import { howLong } from '../../../platform/text/how-long.ts';
import { Conversation, type ShownEvent } from '../../../projections/console/conversation.ts';
import { addressOf, type Place, placeOf } from '../../../projections/console/place.ts';
import { Redactor } from '../../../projections/console/redact.ts';
import { SseParser } from '../../../projections/console/sse.ts';
import { bytes } from '../../../projections/console/words.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';

test('each place has an address, and each address leads to its place', (t) => {
  const places: Place[] = [
    { view: 'agents' },
    { view: 'conversation', agent: 'agent-0123456789ab' },
    { view: 'conversation', agent: 'a/b?c', at: 4711 },
    { view: 'waterfall', sequence: 4711 },
    { view: 'deliveries', which: 'owed' },
    { view: 'deliveries', which: 'all' },
    { view: 'overview', hours: 24 },
    { view: 'log' },
    { view: 'log', at: 1 },
  ];
  for (const place of places) t.deepEqual(placeOf(addressOf(place)), place);
  for (const other of [
    '',
    '#',
    '#/',
    '#/nowhere',
    '#/messages/x',
    '#/agents/',
    '#/%',
    '#/messages/-1',
  ]) {
    t.deepEqual(placeOf(other), { view: 'agents' }, other);
  }
});

test('server-sent events are the same wherever they are cut', (t) => {
  const text =
    'retry: 1000\n\n: heartbeat\n\nid: 7\ndata: {"a":1}\n\nevent: problem\ndata: x\ndata: y\n\n';
  const wanted = [
    { id: '7', event: 'message', data: '{"a":1}' },
    { id: undefined, event: 'problem', data: 'x\ny' },
  ];
  t.deepEqual(new SseParser().take(text), wanted);
  const byLetter = new SseParser();
  t.deepEqual(
    [...text].flatMap((letter) => byLetter.take(letter)),
    wanted,
  );
});

test('what is redacted has the same name everywhere, and nothing else is changed', (t) => {
  const redactor = new Redactor({ secrets: true, ids: true });
  const agent = 'agent-0123456789ab';
  t.is(redactor.text(`${agent} asked telegram/4711`), '[agent 1] asked telegram/[person 1]');
  t.is(redactor.text(`again ${agent}, and agent-ffffffffffff`), 'again [agent 1], and [agent 2]');
  t.is(redactor.text('Mend 12 tests of 2026, 3.14159265'), 'Mend 12 tests of 2026, 3.14159265');
  t.is(redactor.text('chat -1001234567890'), 'chat [number 1]');
  t.is(redactor.text('write to ada@example.org'), 'write to [mail 1]');
  t.is(redactor.text('cmd-8e03978e-40d5-43dd-bc93-6894a57f9324'), '[id 1]');
});

test('no key or password that has the form of one is left', (t) => {
  const redactor = new Redactor({ secrets: true, ids: false });
  const secrets = [
    `orc_tok-0123456789ab_${'x'.repeat(43)}`,
    `sk-${'a1'.repeat(12)}`,
    `ghp_${'a'.repeat(36)}`,
    'AKIAABCDEFGHIJKLMNOP',
    `123456789:${'A'.repeat(35)}`,
    `eyJhbGciOiJI.${'b'.repeat(20)}.${'c'.repeat(20)}`,
    '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\ndef\n-----END OPENSSH PRIVATE KEY-----',
  ];
  for (const secret of secrets) {
    const text = redactor.text(`it is ${secret} there`);
    t.is(text, 'it is [secret] there', secret);
  }
  for (const line of [
    'password=hunter22',
    'Authorization: Bearer abcdefgh',
    '"api_key": "abcdefgh"',
    'https://me:hunter22@host/x',
  ]) {
    t.notRegex(redactor.text(line), /hunter22|abcdefgh/, line);
  }
  t.is(redactor.text('the token is needed'), 'the token is needed');
  const kept = new Redactor({ secrets: false, ids: false });
  t.is(kept.text('password=hunter22'), 'password=hunter22');
});

let sequence = 0;

function shown<T extends EventType>(
  type: T,
  data: DataOf<T>,
  id = `${type}-${sequence}`,
): ShownEvent {
  sequence += 1;
  const place = { sequence, time: '2026-01-01T00:00:00.000Z', source: 'test' };
  // Type and data come in pairs.
  return { type, data, id, subject: `agents.agent-0123456789ab.${type}`, ...place } as ShownEvent;
}

const told = (...events: ShownEvent[]) => {
  const conversation = new Conversation();
  for (const event of events) conversation.take(event);
  return conversation.entries;
};

test('a question is open until it is answered: one that is waited for by its answer, another by the next turn', (t) => {
  const waits = shown('response.question', { text: 'Which?', options: ['a'], waitMs: 1 }, 'q-1');
  const asks = shown('response.question', { text: 'And now?' }, 'q-2');
  const turn = shown('turn.started', {
    turnId: 't',
    commandId: 'm',
    deadlineAt: '2026-01-01T00:00:00.000Z',
  });
  const answer = shown('command.send', { text: 'a', mode: 'join', answers: 'q-1' });
  t.deepEqual(
    told(waits, asks).map(({ isOpen }) => isOpen),
    [true, true],
  );
  t.deepEqual(
    told(waits, asks, turn).map(({ isOpen }) => isOpen),
    [true, false],
  );
  t.deepEqual(
    told(waits, answer).map(({ isOpen }) => isOpen),
    [false, undefined],
  );
});

test('a call has its result, and what counts for nobody is not shown', (t) => {
  const call = shown('tool.project.create', { name: 'shop' }, 'call-1');
  const result = shown('result', {
    ok: false,
    callId: 'call-1',
    error: { code: 'ORC_X', message: 'no' },
  });
  t.like(told(call, result)[0], {
    kind: 'call',
    text: 'project create',
    result: 'ORC_X: no',
    hasFailed: true,
  });
  t.deepEqual(told({ ...call, invalid: 'said after its end' }), []);
});

test('durations and sizes are said as people say them', (t) => {
  t.deepEqual([5, 1_200, 75_000, 7_300_000, 200_000_000].map(howLong), [
    '5 ms',
    '1.2 s',
    '1 min 15 s',
    '2 h 01 min',
    '2 d',
  ]);
  t.deepEqual([11, 1_500, 52_000_000].map(bytes), ['11 B', '1.5 kB', '52 MB']);
});
