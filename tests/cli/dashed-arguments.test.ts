import test from 'ava';
import fc from 'fast-check';
import { sortDashes } from '../../cli/dashed-arguments.ts';
import { agentShell } from '../support/agent-shell.ts';
import { anyCharacter } from '../support/any-character.ts';
import { history, ofType } from '../support/history.ts';
import { oneLine, runHere } from './run-here.ts';

test('E11: what is no option of a command is its text, wherever it stands', (t) => {
  const cases: [string[], string[]][] = [
    [['- first point'], ['--', '- first point']],
    [
      ['-1', '--json'],
      ['--json', '--', '-1'],
    ],
    [
      ['--json', '--json is an option'],
      ['--json', '--', '--json is an option'],
    ],
    [
      ['--timeout', '5s', '--- a\n+++ b'],
      ['--timeout=5s', '--', '--- a\n+++ b'],
    ],
    [
      ['--file', '- odd.txt', 'x'],
      ['--file=- odd.txt', 'x'],
    ],
    [
      ['--', '--json'],
      ['--', '--json'],
    ],
    [['-'], ['-']],
    [
      ['plain', '--json'],
      ['--json', 'plain'],
    ],
    [['--nope'], ['--', '--nope']],
  ];
  for (const [typed, wanted] of cases) {
    t.deepEqual(sortDashes('answer', ['answer', ...typed]), ['answer', ...wanted]);
  }
});

test('what is nearly an option, or more than the command takes, stays one that is not known', (t) => {
  const same = (...args: string[]) =>
    t.deepEqual(sortDashes('answer', ['answer', ...args]), ['answer', ...args]);
  same('--jsno');
  same('--tiemout=5s');
  same('--nope', '--', 'x');
  same('--file');
  t.deepEqual(sortDashes('stop', ['stop', '-x']), ['stop', '-x']);
});

test('the value of an option may begin with a dash, but is no option', (t) => {
  t.deepEqual(sortDashes('ask', ['ask', '--option', '- a', '--option', '-1', 'x?']), [
    'ask',
    '--option=- a',
    '--option=-1',
    'x?',
  ]);
  t.deepEqual(sortDashes('answer', ['answer', '--file', '--json', 'x']), [
    'answer',
    '--file',
    '--json',
    'x',
  ]);
  t.deepEqual(sortDashes('logs', ['logs', '-fn', '7', 'a']).slice(0, 2), ['logs', '-fn']);
});

test('E11: any text that begins with a dash and a blank is said as it is', async (t) => {
  const texts = fc.string({ unit: anyCharacter, maxLength: 60 }).map((rest) => `- ${rest}`);
  fc.assert(
    fc.property(texts, (text) => {
      t.deepEqual(sortDashes('answer', ['answer', text]), ['answer', '--', text]);
    }),
  );
  const shell = await agentShell(t);
  t.is((await runHere(['answer', '- first point\n- second'], shell.env)).code, 0);
  t.is(
    (await runHere(['ask', '--option', '-1', '--option', '- b', '- which?'], shell.env)).code,
    0,
  );
  const said = await history(shell.nats.log);
  t.is(ofType(said, 'response.answer')[0]?.data.text, '- first point\n- second');
  const [question] = ofType(said, 'response.question');
  t.deepEqual(question?.data, { text: '- which?', options: ['-1', '- b'] });
});

test('E11: an option that is not known is refused with the ways for such a text', async (t) => {
  const { code, stderr } = await runHere(['answer', '--jsno'], {});
  t.is(code, 2);
  t.regex(stderr, oneLine('ORC_USAGE'));
  t.regex(stderr, /"--jsno".*`--`.*stdin/);
});
