import { PassThrough } from 'node:stream';
import test from 'ava';
import { LineTerminal } from '../../../cli/chat/line-terminal.ts';

/** A terminal of 20 columns on two streams. */
function terminal() {
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { columns: 20, rows: 10, isTTY: true });
  let shown = '';
  output.on('data', (chunk) => {
    shown += chunk;
  });
  const texts: string[] = [];
  let ends = 0;
  const line = new LineTerminal({
    input,
    output,
    onText: (text) => texts.push(text),
    onEnd: () => {
      ends += 1;
    },
  });
  /** Types it; resolves when it was taken. */
  const type = async (keys: string) => {
    input.write(keys);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { line, type, texts, shown: () => shown, ends: () => ends };
}

test('an entered line is a text; one of blanks is none', async (t) => {
  const { type, texts } = terminal();

  await type('hello\r   \r\r');

  t.deepEqual(texts, ['hello']);
});

test('a line that ends with a backslash goes on in the next', async (t) => {
  const { type, texts, shown } = terminal();

  await type('one\\\rtwo\\\r\\\\\rfour\r');

  t.deepEqual(texts, ['one\ntwo\n\\\nfour']);
  t.true(shown().includes('… '));
});

test('what is printed stands above, and what is typed is drawn again', async (t) => {
  const { line, type, shown } = terminal();
  await type('half a wo');
  const before = shown().length;

  line.print('an answer');

  const after = shown().slice(before);
  t.true(after.indexOf('an answer\n') < after.lastIndexOf('> half a wo'));
});

test('a typed line that fills several rows is drawn again below what is printed', async (t) => {
  const { line, type, shown } = terminal();
  await type('x'.repeat(50));
  const before = shown().length;

  line.print('an answer');

  // Two rows up to where it began, the text, and room for the two rows that readline goes up again.
  const after = shown().slice(before);
  t.true(after.startsWith('\x1b[2A'));
  t.true(after.includes(`an answer\n\n\n`));
});

test('F10: nothing that is printed steers the terminal, before or after its end', async (t) => {
  const { line, type, shown } = terminal();
  for (const dim of [false, true]) {
    const before = shown().length;
    line.print('a\x1b[2J\x07\r\x9b\u202eb\n\tc', { dim });
    const after = shown().slice(before);
    t.true(after.includes('a\\u001b[2J\\u0007\\u000d\\u009b\\u202eb\n\tc'));
    await type('\x04');
  }
});

test('Ctrl-D and Ctrl-C end it; what is printed afterwards still shows', async (t) => {
  for (const key of ['\x04', '\x03']) {
    const { line, type, ends, shown } = terminal();

    await type(key);
    line.print('the last word');
    line.close();

    t.is(ends(), 1);
    t.true(shown().endsWith('the last word\n'));
  }
});
