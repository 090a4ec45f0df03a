import { globSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { recordedCosts } from './file-costs.ts';
import { isQuick, selection } from './selection.ts';
import { testImports } from './test-imports.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const all = globSync('tests/**/*.test.ts', { cwd: ROOT });
const costs = recordedCosts();

/** Of CPU, on a machine that does nothing else: what a file that does nothing takes. */
const SECONDS_A_START = 0.3;

test('what was recorded of the inner loop comes to less than a minute on two cores', (t) => {
  const quick = all.flatMap((file) => {
    const cost = costs.get(file);
    return cost !== undefined && isQuick(file, cost) ? [cost] : [];
  });
  const seconds = quick.reduce((sum, starts) => sum + starts, 0) * SECONDS_A_START;
  t.true(quick.length > 0);
  t.true(seconds / 2 < 60, `${seconds} s of CPU`);
});

test('the inner loop goes without each file that starts a system, and without each that took much', async (t) => {
  const { files } = await selection({ TESTS: 'quick' });
  t.is(files[0], 'tests/**/*.test.ts');
  for (const file of all) t.is(files.includes(`!${file}`), !isQuick(file, costs.get(file)), file);
  t.false(isQuick('tests/bot/bot.test.ts', undefined), 'a system');
  t.false(isQuick('tests/schemas/ids.test.ts', 100));
  t.true(isQuick('tests/schemas/ids.test.ts', undefined), 'too new to be recorded');
});

test('what a test starts is told by what it imports, also by way of others', (t) => {
  const imports = testImports('tests/bot/bot.test.ts');
  t.true(imports.has('tests/support/system.ts'));
  t.false(testImports('tests/schemas/ids.test.ts').has('tests/support/nats.ts'));
});
