import test from 'ava';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../schemas/durations.ts';

test('durations read as people write them', (t) => {
  const read = ['90s', '2h', '1h30m', '250ms', '1d', '1.5s', ' 10m ', '0.5h'].map(parseDuration);
  t.deepEqual(read, [90_000, 7_200_000, 5_400_000, 250, 86_400_000, 1_500, 600_000, 1_800_000]);
});

test('what is no duration is none', (t) => {
  for (const text of [
    '',
    '10',
    's',
    '0s',
    '-1s',
    '1 h',
    '1h 30m',
    '2 hours',
    '1y',
    '1e3s',
    'h1',
    '.5s',
  ]) {
    t.is(parseDuration(text), undefined, JSON.stringify(text));
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = parseDuration(text);
      t.true(ms === undefined || (Number.isFinite(ms) && ms >= 0));
    }),
  );
});

test('what is written is read back: exactly in whole units, else rounded to what is shown', (t) => {
  const exact = fc.oneof(
    fc.integer({ min: 1, max: 999 }),
    fc.integer({ min: 10, max: 599 }).map((tenths) => tenths * 100),
    fc.integer({ min: 1, max: 100_000 }).map((minutes) => minutes * 60_000),
  );
  fc.assert(fc.property(exact, (ms) => t.is(parseDuration(formatDuration(ms)), ms)));
  const any = fc.integer({ min: 1, max: 10_000_000_000 });
  fc.assert(
    fc.property(any, (ms) => {
      const back = parseDuration(formatDuration(ms)) ?? Number.NaN;
      t.true(Math.abs(back - ms) <= (ms < 60_000 ? 50 : 30_000), `${ms} → ${back}`);
    }),
  );
});

test('they are written as short as they can be', (t) => {
  const written = [250, 1_500, 90_000, 7_200_000, 5_400_000, 60_000].map(formatDuration);
  t.deepEqual(written, ['250ms', '1.5s', '2m', '2h', '1h30m', '1m']);
});
