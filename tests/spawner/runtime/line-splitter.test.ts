import test from 'ava';
import fc from 'fast-check';
import type { LogLine } from '../../../core/log/append-log.ts';
import { LineSplitter } from '../../../spawner/runtime/local/line-splitter.ts';

const MAX = 8;

/** Bytes in which line ends are as frequent as long lines. */
const output = fc
  .array(fc.constantFrom(0x0a, 0x0d, 0x00, 0xff, 0x61, 0x62, 0x63, 0x64), { maxLength: 120 })
  .map((bytes) => Buffer.from(bytes));

function split(bytes: Uint8Array, chunkBytes: number, from = 0): LogLine[] {
  const splitter = new LineSplitter(from, MAX);
  const lines: LogLine[] = [];
  for (let at = from; at < bytes.length; at += chunkBytes) {
    lines.push(...splitter.push(bytes.subarray(at, Math.min(at + chunkBytes, bytes.length))));
  }
  return [...lines, ...splitter.flush()];
}

const plain = (lines: LogLine[]) =>
  lines.map((line) => ({ ...line, bytes: Buffer.from(line.bytes).toString('hex') }));

test('lines and their ends make up the bytes that came, whatever the chunks were', (t) => {
  fc.assert(
    fc.property(output, fc.integer({ min: 1, max: 130 }), (bytes, chunkBytes) => {
      const lines = split(bytes, chunkBytes);
      const joined = Buffer.concat(
        lines.flatMap((line) => [line.bytes, Buffer.from(line.continued ? '' : '\n')]),
      );
      const ended = bytes.length === 0 || bytes.at(-1) === 0x0a;
      t.deepEqual(joined, ended ? bytes : Buffer.concat([bytes, Buffer.from('\n')]));
    }),
  );
  t.pass();
});

test('the chunks make no difference to lines, pieces and positions', (t) => {
  fc.assert(
    fc.property(output, fc.integer({ min: 1, max: 130 }), (bytes, chunkBytes) => {
      t.deepEqual(plain(split(bytes, chunkBytes)), plain(split(bytes, bytes.length || 1)));
    }),
  );
  t.pass();
});

test('reading on behind any position gives what is left, without gap or repeat', (t) => {
  fc.assert(
    fc.property(output, fc.nat(), fc.integer({ min: 1, max: 130 }), (bytes, nth, chunkBytes) => {
      const lines = split(bytes, chunkBytes);
      const index = nth % (lines.length + 1);
      const from = Number(lines[index - 1]?.position ?? 0);
      t.deepEqual(plain(split(bytes, chunkBytes, from)), plain(lines.slice(index)));
    }),
  );
  t.pass();
});

test('no line and no piece is longer than the limit, and a line of exactly it is whole', (t) => {
  fc.assert(
    fc.property(output, (bytes) => {
      t.true(split(bytes, 7).every((line) => line.bytes.length <= MAX));
    }),
  );
  const [line, ...none] = split(Buffer.from(`${'x'.repeat(MAX)}\n`), 3);
  t.deepEqual({ continued: line?.continued, none }, { continued: false, none: [] });
});

test('a carriage return is the program’s own and stays', (t) => {
  t.is(Buffer.from(split(Buffer.from('a\r\n'), 3)[0]?.bytes ?? []).toString(), 'a\r');
});
