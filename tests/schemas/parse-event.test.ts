import test from 'ava';
import { toHeaders } from '../../schemas/cloud-event.ts';
import { parseEvent, type RawMessage } from '../../schemas/parse-event.ts';
import { AGENT } from '../support/decider.ts';
import { historyNames, readHistory } from '../support/recorded-history.ts';

const ANSWER = `agents.${AGENT}.response.answer`;
const SEND = `agents.${AGENT}.command.send`;
const OTHER = 'agent-ba9876543210';

/** When the broker stored it, which is not what the headers say. */
const STORED = new Date('2026-01-04T15:30:46.123Z');

const HEADERS = {
  'ce-type': 'response.answer',
  'ce-id': `${AGENT}_answer-1`,
  'ce-source': `orchestrator/agent/${AGENT}`,
  'ce-time': '2026-01-04T15:30:45.000Z',
};

const COMMAND = {
  'ce-type': 'command.send',
  'ce-id': 'm-1',
  'ce-source': 'orchestrator/terminal/ann',
  'ce-time': '2026-01-04T15:30:45.000Z',
};

function message(
  payload: string | Uint8Array,
  headers: Record<string, string> = HEADERS,
  subject = ANSWER,
): RawMessage {
  return {
    subject,
    sequence: 7,
    time: STORED,
    size: 100,
    header: (name) => headers[name],
    payload: Buffer.from(payload),
  };
}

const reasonOf = (raw: RawMessage) => {
  const parsed = parseEvent(raw);
  return parsed.kind === 'invalid' ? parsed.reason : parsed.kind;
};

const said = (headers: Record<string, string>) =>
  parseEvent(message('{"text":"x"}', { ...HEADERS, ...headers }));

const commanded = (headers: Record<string, string>) =>
  message('{"text":"x"}', { ...COMMAND, ...headers }, SEND);

test('an event is read from its headers and its payload', (t) => {
  const parsed = parseEvent(message('{"text":"hello \u{1f600}"}', COMMAND, SEND));
  t.deepEqual(parsed, {
    kind: 'event',
    event: {
      id: 'm-1',
      type: 'command.send',
      subject: SEND,
      sequence: 7,
      source: 'orchestrator/terminal/ann',
      time: '2026-01-04T15:30:45.000Z',
      correlationId: undefined,
      causationId: undefined,
      traceparent: undefined,
      data: { text: 'hello \u{1f600}', mode: 'join' },
    },
  } as unknown as typeof parsed);
});

test('what is written as headers is read back', (t) => {
  const attributes = {
    id: 'm-3',
    type: 'command.send',
    source: 's',
    time: '2026-01-04T15:30:45.000Z',
    correlationId: 'm-1',
    causationId: 'm-2',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const headers = Object.fromEntries(toHeaders(attributes));
  t.like(parseEvent(message('{"text":"x"}', headers, SEND)), { kind: 'event', event: attributes });
});

test('nothing of what an agent states about its word is believed', (t) => {
  const stated = {
    'ce-source': 'orchestrator/spawner',
    'ce-time': 'garbage',
    'ce-correlationid': 'of another',
    'ce-causationid': '\u001b[2J',
    traceparent: 'garbage',
  };
  const believed = {
    id: HEADERS['ce-id'],
    source: `orchestrator/agent/${AGENT}`,
    time: STORED.toISOString(),
    correlationId: undefined,
    causationId: undefined,
    traceparent: undefined,
  };
  t.like(said(stated), { kind: 'event', event: believed });
  for (const [type, payload] of [
    ['response.question', '{"text":"?","waitMs":1000}'],
    ['tool.project.list', '{}'],
    ['turn.signalled', '{}'],
    ['turn.ready', '{}'],
  ] as const) {
    const headers = { ...HEADERS, ...stated, 'ce-type': type };
    const parsed = parseEvent(message(payload, headers, `agents.${AGENT}.${type}`));
    t.like(parsed, { kind: 'event', event: believed }, type);
  }
});

test('a trace is kept where it is one', (t) => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  t.like(said({ traceparent: trace }), { event: { traceparent: trace } });
  for (const none of [
    trace.toUpperCase(),
    `${trace}-more`,
    `ff${trace.slice(2)}`,
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`,
  ]) {
    t.like(said({ traceparent: none }), { kind: 'event', event: { traceparent: undefined } }, none);
  }
});

test('the id of an agent’s word begins with the agent’s own, and is a token', (t) => {
  const reason = (id: string) => reasonOf(message('{"text":"x"}', { ...HEADERS, 'ce-id': id }));
  for (const id of [
    'answer-1',
    'tg-4242-notice',
    `${OTHER}_answer-1`,
    `x${AGENT}_answer-1`,
    AGENT,
    `${AGENT}-answer`,
    `${AGENT}_a.b`,
    `${AGENT}_a b`,
    `${AGENT}_\u0000`,
    `${AGENT}_${'x'.repeat(128)}`,
  ]) {
    t.is(reason(id), `ce-id: an id of this agent begins with ${AGENT}_ and is a token`, id);
  }
  t.is(reason(`${AGENT}_${'x'.repeat(128 - AGENT.length - 1)}`), 'event');
});

test('the attributes of what services state are validated', (t) => {
  const { 'ce-time': _time, 'ce-source': _source, ...bare } = COMMAND;
  t.like(parseEvent(message('{"text":"x"}', bare, SEND)), {
    kind: 'event',
    event: { source: 'unknown', time: STORED.toISOString() },
  });
  for (const [name, value] of [
    ['ce-id', 'x'.repeat(257)],
    ['ce-id', 'a\u0000b'],
    ['ce-id', '\u001b]0;title\u0007'],
    ['ce-source', 'x'.repeat(257)],
    ['ce-source', 'a\u202eb'],
    ['ce-time', 'garbage'],
    ['ce-time', '0'],
    ['ce-time', '2026-02-30T00:00:00Z'],
    ['ce-time', '+275761-01-01T00:00:00Z'],
    ['ce-correlationid', 'x'.repeat(257)],
    ['ce-causationid', 'a\tb'],
  ] as const) {
    t.true(reasonOf(commanded({ [name]: value })).startsWith(`${name}: `), `${name} ${value}`);
  }
  const time = '2026-01-04T17:30:45.1234567+02:00';
  t.like(parseEvent(commanded({ 'ce-time': time, 'ce-id': 'grüße' })), {
    kind: 'event',
    event: { id: 'grüße', time: '2026-01-04T15:30:45.123Z' },
  });
});

test('a type of a newer version is tolerated, whatever its payload', (t) => {
  const headers = { ...HEADERS, 'ce-type': 'response.sung' };
  t.deepEqual(parseEvent(message(new Uint8Array([0xff]), headers)), {
    kind: 'unknown',
    type: 'response.sung',
  });
  const inherited = { ...HEADERS, 'ce-type': 'constructor' };
  t.is(parseEvent(message('{}', inherited)).kind, 'unknown');
});

test('an event on a subject that is none of ours is none', (t) => {
  for (const subject of [
    'jobs.j.requested',
    `agents.${AGENT}.tool.a.b.c`,
    'agents.x.command.send',
  ]) {
    const reason = `ce-type command.send does not belong on ${subject}`;
    t.is(reasonOf(message('{"text":"x"}', COMMAND, subject)), reason);
  }
});

test('unknown fields of a newer version are left out', (t) => {
  const parsed = parseEvent(message('{"text":"x","mood":"fine","__proto__":{"a":1}}'));
  t.deepEqual(parsed.kind === 'event' && parsed.event.data, { text: 'x' });
});

test('fields that an older version did not write have their defaults', (t) => {
  t.like(parseEvent(commanded({})), { kind: 'event', event: { data: { mode: 'join' } } });
});

test('an event without the attributes that it needs is invalid', (t) => {
  t.is(reasonOf(message('{"text":"x"}', {})), 'no ce-type or ce-id header');
  t.is(
    reasonOf(message('{"text":"x"}', { 'ce-type': 'response.answer' })),
    'no ce-type or ce-id header',
  );
  t.is(reasonOf(message('{"text":"x"}', { 'ce-id': 'a' })), 'no ce-type or ce-id header');
});

test('a payload that is no text, no JSON, or no data of its type is invalid, with the reason', (t) => {
  t.regex(reasonOf(message(new Uint8Array([0xff, 0xfe]))), /^payload: .*(utf|encoded)/i);
  t.regex(reasonOf(message('')), /^payload: .*JSON/);
  t.regex(reasonOf(message('{"text":')), /^payload: .*JSON/);
  t.regex(reasonOf(message('{"text":""}')), /^text: /);
  t.regex(reasonOf(message('{"text":7}')), /^text: /);
  t.regex(reasonOf(message('[]')), /^data: /);
  t.regex(reasonOf(message('null')), /^data: /);
});

test('a payload of any depth is read, and one that nobody would write is invalid', (t) => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  t.is(reasonOf(message(`{"text":"x","more":${nested(63)}}`)), 'event');
  const deep = 'payload: deeper than 64 objects or arrays';
  t.is(reasonOf(message(`{"text":"x","more":${nested(64)}}`)), deep);
  t.is(reasonOf(message(`{"text":"x","more":${nested(2_000_000)}}`)), deep);
  const result = `agents.${AGENT}.result.c`;
  const headers = { ...COMMAND, 'ce-type': 'result' };
  const value = `{"ok":true,"callId":"c","value":${nested(200_000)}}`;
  t.is(reasonOf(message(value, headers, result)), deep);
});

test('what an agent can make absurd has a bound', (t) => {
  const file = { fileId: 'f', name: 'a', size: 1, sha256: '0'.repeat(64), pieces: 1 };
  const fits = (type: string, data: object) => {
    const headers = { ...HEADERS, 'ce-type': type };
    return reasonOf(message(JSON.stringify(data), headers, `agents.${AGENT}.${type}`)) === 'event';
  };
  const cases: [string, object, object][] = [
    ['response.question', { waitMs: 3_153_600_000_000 }, { waitMs: 3_153_600_000_001 }],
    ['response.question', { options: Array(10).fill('a') }, { options: Array(11).fill('a') }],
    ['response.question', { options: ['a'.repeat(1_000)] }, { options: ['a'.repeat(1_001)] }],
    ['response.answer', { file }, { file: { ...file, pieces: 4_097 } }],
    ['response.answer', { file }, { file: { ...file, size: 52_428_801 } }],
    ['response.answer', { file }, { file: { ...file, name: 'a\u001b[2J' } }],
    ['response.answer', { file }, { file: { ...file, fileId: 'a.b' } }],
    ['turn.signalled', { lastMessage: 'x'.repeat(20_000) }, { lastMessage: 'x'.repeat(20_001) }],
    [
      'turn.signalled',
      { problem: { code: 'c', detail: 'd'.repeat(4_000) } },
      { problem: { code: 'c', detail: 'd'.repeat(4_001) } },
    ],
    [
      'turn.signalled',
      { problem: { code: 'c'.repeat(64), detail: '' } },
      { problem: { code: 'c'.repeat(65), detail: '' } },
    ],
    ['turn.ready', { problem: 'p'.repeat(4_000) }, { problem: 'p'.repeat(4_001) }],
    ['tool.project.create', { name: 'n'.repeat(100) }, { name: 'n'.repeat(101) }],
    ['tool.project.create', { name: 'a b' }, { name: 'a\nb' }],
    ['tool.project.get', { projectId: 'p'.repeat(128) }, { projectId: 'p'.repeat(129) }],
  ];
  for (const [type, good, absurd] of cases) {
    const rest = type.startsWith('response.') ? { text: 'x' } : {};
    t.true(fits(type, { ...rest, ...good }), `${type} ${JSON.stringify(good).slice(0, 80)}`);
    t.false(fits(type, { ...rest, ...absurd }), `${type} ${JSON.stringify(absurd).slice(0, 80)}`);
  }
});

test('a text that is a megabyte is an event like any other', (t) => {
  const text = 'x'.repeat(1_048_576);
  const parsed = parseEvent(message(JSON.stringify({ text })));
  t.true(parsed.kind === 'event' && parsed.event.type === 'response.answer');
});

test('half of a character is shown as one that is missing', (t) => {
  const parsed = parseEvent(message('{"text":"half \\ud83d"}'));
  t.like(parsed, { kind: 'event', event: { data: { text: 'half \ufffd' } } });
});

test('a reason quotes a part of what it complains of', (t) => {
  const headers = { ...HEADERS, 'ce-type': 'command.send' };
  const subject = `agents.${AGENT}.tool.${'x'.repeat(1_000)}`;
  t.is(reasonOf(message('{}', headers, subject)).length, 300);
});

test('every event that was ever recorded is still read', async (t) => {
  const kinds = { event: 0, unknown: 0, invalid: 0 };
  for (const name of historyNames()) {
    const recorded = await readHistory(name);
    const events = recorded.filter(({ subject }) => !subject.startsWith('schedules.'));
    for (const event of events) kinds[parseEvent(event).kind] += 1;
  }
  t.true(kinds.event > 100);
  t.deepEqual([kinds.unknown, kinds.invalid], [1, 4], 'those that were made so');
});
