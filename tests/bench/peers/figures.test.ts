import test from 'ava';
import { median, percentile, proportionalSetSize, round } from '../measure.ts';
import { type Figures, peersTable } from './figures.ts';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);

test('a percentile is the nearest rank, whatever the order', (t) => {
  t.is(percentile(upTo(20).reverse(), 95), 19);
  t.is(percentile(upTo(100), 95), 95);
  t.is(percentile([7], 95), 7);
  t.is(percentile(upTo(4), 100), 4);
  t.is(percentile([], 95), Number.NaN);
});

test('a median is the figure in the middle', (t) => {
  t.is(median([30, 10, 20]), 20);
  t.is(round(median([1.26]), 1), '1.3');
});

test('memory is the proportional set size alone', (t) => {
  const rollup = 'Rss:  900 kB\nPss:    120 kB\nPss_Dirty:   80 kB\nSwapPss:  3 kB\n';
  t.is(proportionalSetSize(rollup), 120);
  t.is(proportionalSetSize(''), 0);
});

const WHOLE: Figures = {
  name: 'one',
  version: '1.2.3',
  by: 'HTTP',
  start: [300, 100, 200],
  newAgent: [50],
  answer: upTo(20),
  end: upTo(40),
  atOnce: [9],
  memory: { idle: 12.4, withFive: 20, withFiveWhole: 900.6 },
  survival: { rounds: 10, answeredOnce: 9, answeredTwice: 1, remembered: 8, answer: [2_000] },
};

test('a table has a column for each peer, and a dash for what it has none of', (t) => {
  const rows = peersTable([WHOLE, { name: 'two', version: '4', by: 'a pipe' }]).split('\n');
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(2, -1)
      .map((cell) => cell.trim()),
  );
  t.deepEqual(cells, [
    ['one 1.2.3', 'two 4'],
    ['---', '---'],
    ['HTTP', 'a pipe'],
    ['200 ms', '–'],
    ['50 ms', '–'],
    ['11 / 19 ms', '–'],
    ['21 / 38 ms', '–'],
    ['9 / 9 ms', '–'],
    ['12 MiB', '–'],
    ['20 MiB', '–'],
    ['901 MiB', '–'],
    ['9 of 10', '–'],
    ['1 of 10', '–'],
    ['8 of 10', '–'],
    ['2000 ms', '–'],
  ]);
});
