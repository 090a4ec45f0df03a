import { headers, Match, type MsgHdrs } from '@nats-io/transport-node';
import test from 'ava';
import fc from 'fast-check';
import { headerBlock, headerLines } from '../../../core/log/header-lines.ts';
import { writtenHeaders } from '../../../core/log/publish-event.ts';
import { headersOf, readHeaders } from '../../../core/log/read-headers.ts';
import { startTestNats } from '../../support/nats.ts';

/** The client's own reading of a block, which throws at what it refuses. */
const decode = (block: string): MsgHdrs =>
  // The class is not exported; its instances are.
  (headers().constructor as unknown as { decode(bytes: Uint8Array): MsgHdrs }).decode(
    Buffer.from(block),
  );

const NAMES = ['ce-id', 'CE-ID', 'Nats-Msg-Size', 'x', '', 'ce id', 'ç'];

const block = fc
  .array(
    fc.oneof(
      fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(':', ': ', ' :', ''), fc.string()),
      fc.tuple(
        fc.constantFrom(...NAMES),
        fc.constant(':'),
        fc.constantFrom('', ' a ', '\n', 'a\rb'),
      ),
    ),
    { maxLength: 6 },
  )
  .map((lines) => `NATS/1.0\r\n${lines.map((line) => `${line.join('')}\r\n`).join('')}\r\n`);

/** What the client reads of a name: the first value and all, in any order; undefined where it throws. */
function readByClient(text: string, name: string) {
  try {
    const read = decode(text);
    const first = read.has(name) ? read.get(name) : read.get(name, Match.IgnoreCase);
    return { first, all: read.values(name, Match.IgnoreCase).toSorted() };
  } catch {
    return undefined;
  }
}

test('a block of headers is read as the client reads it, or refused where it throws', (t) => {
  fc.assert(
    fc.property(block, fc.constantFrom('ce-id', 'nats-msg-size', 'x', 'y'), (text, name) => {
      const read = readHeaders(text);
      const ours = read && { first: read.first(name) ?? '', all: read.all(name).toSorted() };
      t.deepEqual(ours, readByClient(text, name));
    }),
    { numRuns: 1_000 },
  );
});

test('a value with a line break is refused: it would be another header', (t) => {
  t.throws(() => headerLines([['ce-id', 'a\r\nNats-Rollup: all']]), { instanceOf: TypeError });
  t.throws(() => headerLines([['ce-id', 'a\nb']]), { instanceOf: TypeError });
});

test('headers that are written once arrive through the client as they were written', async (t) => {
  const { nc } = (await startTestNats(t)).connection;
  const subscription = nc.subscribe('plain.subject', { max: 2 });
  const lines = headerLines([
    ['ce-id', 'ä '],
    ['Nats-Msg-Id', 'b'],
  ]);
  const options = { headers: writtenHeaders(headerBlock(lines)) };
  nc.publish('plain.subject', 'payload', options);
  nc.publish('plain.subject', '', { ...options, reply: 'some.where' });
  for await (const message of subscription) {
    t.deepEqual(
      [...(message.headers ?? [])],
      [
        ['ce-id', ['ä']],
        ['Nats-Msg-Id', ['b']],
      ],
    );
    const read = headersOf(message);
    t.deepEqual([read?.first('ce-id'), read?.first('nats-msg-id')], ['ä', 'b']);
  }
});
