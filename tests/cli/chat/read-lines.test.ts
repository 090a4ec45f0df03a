import { Readable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { type InputLine, readLines } from '../../../cli/chat/read-lines.ts';
import { anyCharacter } from '../../support/any-character.ts';

async function lines(chunks: (string | Uint8Array)[], limit = 1000): Promise<InputLine[]> {
  const input = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const found: InputLine[] = [];
  for await (const line of readLines(input, limit)) found.push(line);
  return found;
}

const text = (number: number, content: string) => ({ number, kind: 'text', text: content });

test('lines are numbered as in the input; the last counts without a newline', async (t) => {
  t.deepEqual(await lines(['one\ntwo']), [text(1, 'one'), text(2, 'two')]);
});

test('empty lines are left out and still counted', async (t) => {
  t.deepEqual(await lines(['\n\none\n\n']), [text(3, 'one')]);
});

test('bytes stay as they are: spaces, carriage returns, a byte order mark, emoji over chunks', async (t) => {
  const [first, second] = [
    Buffer.from('\ufeff a\t\r\n👋').subarray(0, 10),
    Buffer.from('👋').subarray(2),
  ];

  t.deepEqual(await lines([first, second]), [text(1, '\ufeff a\t\r'), text(2, '👋')]);
});

test('a line that is no UTF-8 is told, and the others come', async (t) => {
  const input = Buffer.concat([Buffer.from([0xff, 0x0a]), Buffer.from('good\n')]);

  t.deepEqual(await lines([input]), [{ number: 1, kind: 'not-utf8' }, text(2, 'good')]);
});

test('a line over the limit is told with its size, and the others come', async (t) => {
  t.deepEqual(await lines(['12345', '6\n', '12345\n'], 5), [
    { number: 1, kind: 'too-large', bytes: 6 },
    text(2, '12345'),
  ]);
});

test('however the input is cut, the lines are the same', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: anyCharacter }),
      fc.integer({ min: 1, max: 7 }),
      async (input, size) => {
        const bytes = Buffer.from(input);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const wanted = input
          .split('\n')
          .flatMap((line, index) => (line === '' ? [] : [text(index + 1, line)]));
        t.deepEqual(await lines(chunks), wanted);
      },
    ),
  );
});
