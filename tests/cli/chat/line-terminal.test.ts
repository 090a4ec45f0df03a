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
  let [ends, interrupts] = [0, 0];
  const line = new LineTerminal({
    input,
    output,
    onText: (text) => texts.push(text),
    onInterrupt: () => {
      interrupts += 1;
    },
    onEnd: () => {
      ends += 1;
    },
  });
  /** Types it; resolves when it was taken. */
  const type = async (keys: string) => {
    input.write(keys);
    await new Promise((resolve) => setImmediate(resolve));
  };
  /** The terminal has another width. */
  const resize = (columns: number) => {
    Object.assign(output, { columns }).emit('resize');
  };
  return {
    line,
    type,
    texts,
    resize,
    shown: () => shown,
    ends: () => ends,
    interrupts: () => interrupts,
  };
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

test('Ctrl-D ends it; what is printed afterwards still shows', async (t) => {
  const { line, type, ends, shown } = terminal();

  await type('\x04');
  line.print('the last word');
  line.close();

  t.is(ends(), 1);
  t.true(shown().endsWith('the last word\n'));
});

test('D7: Ctrl-C drops what was typed, and ends nothing', async (t) => {
  const { type, texts, ends, interrupts } = terminal();

  await type('half a wo\x03a line\\\r\x03whole\r');

  t.deepEqual(texts, ['whole']);
  t.deepEqual([interrupts(), ends()], [2, 0]);
});

test('D5: what is pasted is one text, with what is typed around it', async (t) => {
  const { type, texts, shown } = terminal();
  t.true(shown().startsWith('\x1b[?2004h'), 'the terminal is asked to mark pastes');

  await type('see: \x1b[200~one\rtwo \\\r\r/quit\rlast\x1b[201~ line\r');
  await type('\x1b[200~a\r\nb\r\n\x1b[201~\r');
  await type('after\r');

  t.deepEqual(texts, ['see: one\ntwo \\\n\n/quit\nlast line', 'a\nb', 'after']);
  await type('\x04');
  t.true(shown().includes('\x1b[?2004l'));
});

test('D5: Alt-Enter goes on in the next line', async (t) => {
  const { type, texts } = terminal();

  await type('one\x1b\rtwo\\\x1b\r');
  await type('three\r');

  t.deepEqual(texts, ['one\ntwo\\\nthree']);
});

test('D10: in another width what is typed is drawn again from where it begins by then', async (t) => {
  const { type, shown, resize } = terminal();
  const drawnAt = (columns: number) => {
    const before = shown().length;
    resize(columns);
    return shown().slice(before);
  };
  t.is(drawnAt(30), '', 'an empty prompt stands as it is');
  await type('short');
  t.is(drawnAt(20), '', 'and so does what fits');
  await type('\x15');
  await type('x'.repeat(50));

  const narrow = drawnAt(15);
  t.true(narrow.startsWith('\x1b[3A\x1b[1G\x1b[0J'), 'up three rows, and all of it cleared');
  t.is(narrow.split('> xxx').length, 2, 'and drawn once');
  t.true(drawnAt(80).startsWith('\x1b[1G\x1b[0J'));
});
