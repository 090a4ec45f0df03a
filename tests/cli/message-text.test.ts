import { PassThrough, Readable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { messageText as textOf } from '../../cli/agent/message-text.ts';
import { anyCharacter } from '../support/any-character.ts';

const messageText = (argument: string | undefined, stdin: Readable) =>
  textOf(argument, { stdin, stderr: new PassThrough() });

const anyText = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 400 });

/** The bytes in pieces, wherever a pipe may break them: inside a character too. */
const inPieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

test('any text is read from stdin as it was written, however the pipe breaks it', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyText, fc.integer({ min: 1, max: 9 }), async (text, size) => {
      const stdin = Readable.from(inPieces(Buffer.from(`${text}\n`), size));
      t.is(await messageText('-', stdin), text);
    }),
  );
});

test('any text is taken from the argument as it is', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      fc.pre(text !== '-');
      t.is(await messageText(text, Readable.from([])), text);
    }),
  );
});

test('of the line feeds at the end of stdin one is dropped, and nothing else', async (t) => {
  const read = (text: string) => messageText(undefined, Readable.from([Buffer.from(text)]));
  t.is(await read('a\n\n'), 'a\n');
  t.is(await read('a\r\n'), 'a\r');
  t.is(await read('a '), 'a ');
  t.is(await read('\uFEFFa\0b'), '\uFEFFa\0b');
});

test('F11: a text on stdin without end is refused once it is larger than any message', async (t) => {
  let given = 0;
  const endless = function* () {
    for (const chunk = Buffer.alloc(1024 * 1024, 'y\n'); ; given += chunk.length) yield chunk;
  };
  await t.throwsAsync(messageText('-', Readable.from(endless())), { code: 'ORC_TOO_LARGE' });
  t.true(given < 100 * 1024 * 1024, 'and not read on');
});

test('a terminal is not waited for', async (t) => {
  const terminal = Object.assign(new Readable({ read: () => undefined }), { isTTY: true });
  await t.throwsAsync(messageText(undefined, terminal), { message: 'The message is empty' });
});
