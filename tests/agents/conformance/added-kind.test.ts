import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { CheckoutCopy } from '../../docs/checkout-copy.ts';
import { fileBlocks } from '../../docs/page-blocks.ts';
import { PATIENCE_MS } from './support/patience.ts';

const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'add-an-agent.md');

/** Of the suite: what shows that start, memory, permissions and the end of turns are there. */
const SHOWN = ['two messages*', 'three messages*', 'an interrupt*', '*must ask*'];

test('a real CLI becomes a kind by one folder and one line, and holds the suite', async (t) => {
  t.timeout(3 * PATIENCE_MS);
  const copy = await CheckoutCopy.make(t);
  const blocks = fileBlocks(await readFile(PAGE, 'utf8'));
  for (const block of blocks.filter(({ content }) => /opencode/.test(content))) {
    await copy.add(block);
  }
  await copy.runWell('tsc', ['--noEmit']);
  await copy.runWell('node', ['bootstrap/main.mjs', 'build']);
  const matches = SHOWN.map((title) => `--match=*opencode: ${title}`);
  const suite = [...matches, 'tests/agents/conformance/opencode-kind.test.ts'];
  t.regex(await copy.runWell('ava', suite, { TESTS: 'agents' }), /4 tests passed/);
});
