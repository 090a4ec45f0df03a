import fc from 'fast-check';
import { speakerAt } from '../../schemas/agents-word.ts';
import { toHeaders } from '../../schemas/cloud-event.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { EVENT_CATALOGUE } from '../../schemas/event-catalogue.ts';
import type { RawMessage } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { anyCharacter } from './any-character.ts';
import { AGENT } from './decider.ts';
import { anyEvent, anyWord } from './event-arbitraries.ts';

/** A message as somebody publishes it: the broker adds the rest. */
export interface Published {
  subject: string;
  /** The last of a name counts for nobody: see `header` of {@link RawMessage}. */
  headers: [string, string][];
  payload: Uint8Array;
}

/** Bytes that mean something to somebody: a terminal, a parser, a subject, a prototype. */
const ODD = [
  '',
  ' ',
  '\0',
  '\r',
  '\u001b]0;title\u0007\u001b[2J',
  '\u202e\u2066\u200f',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  '../..',
  '*',
  '>',
  'a.b',
  '-1',
  '1e309',
  'NaN',
  'garbage',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-01-01T00:00:00+23:59',
  '9999-12-31T23:59:59.999-23:59',
  'urn:orchestrator:response.answer:v99999999999999999999',
  'x'.repeat(200_000),
];

const token = fc.constantFrom(
  'response',
  'tool',
  'turn',
  'signalled',
  'ready',
  'answer',
  'question',
  'project',
  'create',
  'process',
  'exited',
  'command',
  'result',
  'requested',
  '__proto__',
  'constructor',
  'x',
);

/** Subjects of every root, those that are none of ours among them. */
const anySubject = fc.oneof(
  fc
    .tuple(fc.constantFrom(AGENT, 'agent-ba9876543210', 'agent-x', '__proto__'), tokens(1, 4))
    .map(([agentId, rest]) => ['agents', agentId, ...rest].join('.')),
  fc
    .tuple(fc.constantFrom('users', 'projects', 'deliveries', 'nodes', 'jobs'), tokens(1, 4))
    .map(([root, rest]) => [root, ...rest].join('.')),
);

function tokens(minLength: number, maxLength: number) {
  return fc.array(token, { minLength, maxLength });
}

const NAMES = ['ce-type', 'ce-id', 'ce-source', 'ce-time', 'ce-dataschema', 'ce-correlationid'];

const anyHeader = fc.tuple(
  fc.constantFrom(...NAMES, 'ce-causationid', 'traceparent', 'ce-specversion', 'x'),
  fc.oneof(
    fc.constantFrom(...ODD),
    fc.constantFrom(...Object.keys(EVENT_CATALOGUE)),
    fc.constantFrom('a', 'b').map((name) => `${AGENT}_${name}`),
    fc.string({ unit: anyCharacter, maxLength: 50 }),
  ),
);

/** JSON of any shape, with the names that objects inherit, and deeper than anybody writes. */
const anyJson = fc.oneof(
  fc.json({ noUnicodeString: false }),
  fc.constantFrom(
    '{"__proto__":{"text":"x"},"text":"x"}',
    '{"constructor":{"prototype":{"text":1}},"text":"x"}',
    '{"text":"\\ud800\\u0000\\u001b[2J"}',
    '{"text":"x","waitMs":1e308,"options":[null]}',
    '{"text":"x","waitMs":-1}',
    '{"text":"x","file":{"fileId":"f","name":"a","size":1e15,"sha256":"","pieces":4e9}}',
    '{"turnId":"__proto__","commandId":"constructor"}',
  ),
  fc.constantFrom(70, 5_000).map((depth) => `{"value":${'['.repeat(depth)}${']'.repeat(depth)}}`),
);

const anyPayload = fc.oneof(
  anyJson.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 50 }),
);

/** An event of the catalogue as its publisher would write it: with an id that it may have. */
export function soundMessage(event: StoredEvent): Published {
  const agentId = speakerAt(parseSubject(event.subject));
  const id = agentId === undefined ? event.id : `${agentId}_${event.id}`;
  const headers = toHeaders({ ...event, id });
  return { subject: event.subject, headers, payload: Buffer.from(JSON.stringify(event.data)) };
}

/** Half of them words of agents: nobody else is hostile. */
const anySoundMessage = fc.oneof(anyEvent, anyWord).map(soundMessage);

/** Mostly as it is. */
const seldom = <T>(other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: other });

/** Sound in all but one thing, or in nothing. */
const hostileMessage = fc
  .record({
    sound: anySoundMessage,
    subject: seldom(anySubject),
    headers: fc.array(anyHeader, { maxLength: 3 }),
    payload: seldom(anyPayload),
    bare: seldom(fc.constant(true)),
  })
  .map(
    ({ sound, subject, headers, payload, bare }): Published => ({
      subject: subject ?? sound.subject,
      // What stands first counts.
      headers: [...headers, ...(bare ? [] : sound.headers)],
      payload: payload ?? sound.payload,
    }),
  );

/** Anything that a broker may have stored, and enough of what is sound that there is a state. */
export const anyMessage: fc.Arbitrary<Published> = fc.oneof(anySoundMessage, hostileMessage);

/** As it stands in a stream. */
export const storedAs = (message: Published, sequence: number): RawMessage => ({
  subject: message.subject,
  sequence,
  time: new Date(Date.parse('2026-01-04T15:00:00.000Z') + sequence),
  size: message.payload.length,
  header: (name) => message.headers.find(([known]) => known === name)?.[1] || undefined,
  payload: message.payload,
});
