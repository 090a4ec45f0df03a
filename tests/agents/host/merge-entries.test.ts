import test from 'ava';
import { merged } from '../../support/transcripts/merge-entries.ts';
import { withPlaceholders } from '../../support/transcripts/placeholders.ts';

const START = { time: 1000, what: { start: ['cli'] } };

test('what was stated comes after the line of its millisecond, a message before the line that carries it', (t) => {
  const entries = merged(
    [
      START,
      { time: 1010, what: { in: '{"text":"hello \\"you\\""}' } },
      { time: 1020, what: { out: '{"done":true}' } },
      { time: 1021, what: { out: 'bye' } },
    ],
    [
      { time: 1020, what: { told: { turnEnd: {} } } },
      // Stated late, as a delivery is.
      { time: 1015, what: { do: { message: 'hello "you"' } } },
    ],
  );
  t.deepEqual(entries, [
    { at: 0, start: ['cli'] },
    { at: 10, do: { message: 'hello "you"' } },
    { at: 10, in: { text: 'hello "you"' } },
    { at: 20, out: { done: true } },
    { at: 20, told: { turnEnd: {} } },
    { at: 21, out: 'bye' },
  ]);
});

test('a process without an end before the next was killed', (t) => {
  const entries = merged([START, { ...START, time: 1500 }, { time: 1600, what: { exit: 0 } }], []);
  t.deepEqual(
    entries.map(({ at, ...what }) => what),
    [{ start: ['cli'] }, { exit: 'SIGKILL' }, { start: ['cli'] }, { exit: 0 }],
  );
});

test('what differs from run to run and from machine to machine has a name instead', (t) => {
  const [one, two] = [
    `${'1'.repeat(8)}-1111-1111-1111-${'1'.repeat(12)}`,
    `${'2'.repeat(8)}-2222-2222-2222-${'2'.repeat(12)}`,
  ];
  const text = `{"a":"${two}/${one}/${two}","b":1795751396716,"c":1795751396,"d":17,"e":"2026-11-27T03:50:16.123Z","f":"/home/x/work/y /home/x"}`;
  t.is(
    withPlaceholders(text, { home: '/home/x', workspace: '/home/x/work' }),
    '{"a":"<uuid-1>/<uuid-2>/<uuid-1>","b":1700000000000,"c":1700000000,"d":17,"e":"<time>","f":"<workspace>/y <home>"}',
  );
});
