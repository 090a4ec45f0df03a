import test from 'ava';
import { toHeaders } from '../../schemas/cloud-event.ts';
import { parseEvent, type RawMessage } from '../../schemas/parse-event.ts';
import { AGENT } from '../support/decider.ts';
import { historyNames, readHistory } from '../support/recorded-history.ts';

const SUBJECT = `agents.${AGENT}.response.answer`;

const HEADERS = {
  'ce-type': 'response.answer',
  'ce-id': 'answer-1',
  'ce-source': `orchestrator/agent/${AGENT}`,
  'ce-time': '2026-01-04T15:30:45.000Z',
};

function message(
  payload: string | Uint8Array,
  headers: Record<string, string> = HEADERS,
  subject = SUBJECT,
): RawMessage {
  return {
    subject,
    sequence: 7,
    time: new Date('2026-01-04T15:30:45.000Z'),
    size: 100,
    header: (name) => headers[name],
    payload: Buffer.from(payload),
  };
}

const reasonOf = (raw: RawMessage) => {
  const parsed = parseEvent(raw);
  return parsed.kind === 'invalid' ? parsed.reason : parsed.kind;
};

test('an event is read from its headers and its payload', (t) => {
  const parsed = parseEvent(message('{"text":"hello \u{1f600}"}'));
  t.deepEqual(parsed, {
    kind: 'event',
    event: {
      id: 'answer-1',
      type: 'response.answer',
      subject: SUBJECT,
      sequence: 7,
      source: `orchestrator/agent/${AGENT}`,
      time: '2026-01-04T15:30:45.000Z',
      correlationId: undefined,
      causationId: undefined,
      traceparent: undefined,
      data: { text: 'hello \u{1f600}' },
    },
  } as unknown as typeof parsed);
});

test('what is written as headers is read back', (t) => {
  const attributes = {
    id: 'answer-1',
    type: 'response.answer',
    source: 's',
    time: '2026-01-04T15:30:45.000Z',
    correlationId: 'm-1',
    causationId: 'm-2',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const parsed = parseEvent(message('{"text":"x"}', Object.fromEntries(toHeaders(attributes))));
  t.like(parsed, { kind: 'event', event: attributes });
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

test('unknown fields of a newer version are left out', (t) => {
  const parsed = parseEvent(message('{"text":"x","mood":"fine","__proto__":{"a":1}}'));
  t.deepEqual(parsed.kind === 'event' && parsed.event.data, { text: 'x' });
});

test('fields that an older version did not write have their defaults', (t) => {
  const subject = `agents.${AGENT}.command.send`;
  const parsed = parseEvent(
    message('{"text":"x"}', { ...HEADERS, 'ce-type': 'command.send' }, subject),
  );
  t.like(parsed, { kind: 'event', event: { data: { mode: 'join' } } });
});

test('an event without the attributes that it needs is invalid', (t) => {
  t.is(reasonOf(message('{"text":"x"}', {})), 'no ce-type or ce-id header');
  t.is(
    reasonOf(message('{"text":"x"}', { 'ce-type': 'response.answer' })),
    'no ce-type or ce-id header',
  );
  t.is(reasonOf(message('{"text":"x"}', { 'ce-id': 'a' })), 'no ce-type or ce-id header');
});

test('without a source or a time it is still an event', (t) => {
  const parsed = parseEvent(
    message('{"text":"x"}', { 'ce-type': 'response.answer', 'ce-id': 'answer-1' }),
  );
  t.like(parsed, { kind: 'event', event: { source: 'unknown', time: '1970-01-01T00:00:00.000Z' } });
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

test('a text that is a megabyte is an event like any other', (t) => {
  const text = 'x'.repeat(1_048_576);
  const parsed = parseEvent(message(JSON.stringify({ text })));
  t.true(parsed.kind === 'event' && parsed.event.type === 'response.answer');
});

test('every event that was ever recorded is still read', async (t) => {
  const kinds = { event: 0, unknown: 0, invalid: 0 };
  for (const name of historyNames()) {
    for (const recorded of await readHistory(name)) kinds[parseEvent(recorded).kind] += 1;
  }
  t.true(kinds.event > 100);
  t.deepEqual([kinds.unknown, kinds.invalid], [2, 2], 'those that were made so');
});
