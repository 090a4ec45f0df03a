import { closeSync, openSync } from 'node:fs';
import test from 'ava';
import { pino } from 'pino';
import { jsonLines } from '../../../platform/service/logger.ts';

test('a log that a full disk does not take ends nothing', (t) => {
  const full = openSync('/dev/full', 'w');
  const logger = pino({}, jsonLines(full));
  t.notThrows(() => {
    for (let line = 0; line < 3; line += 1) logger.warn('nobody reads this');
  });
  closeSync(full);
});
