import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { CheckoutCopy } from './checkout-copy.ts';
import { fileBlocks } from './page-blocks.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'add-an-agent.md');
const REGISTRY = 'agents/kinds.ts';

const blocks = fileBlocks(await readFile(PAGE, 'utf8'));
const ofKind = (kind: string) =>
  blocks.filter(({ path, content }) => path.includes(kind) || content.includes(`/${kind}-kind.ts`));

for (const kind of ['parrot', 'opencode']) {
  test(`${kind}: a kind is one folder, one line, and a test that holds it to the suite`, (t) => {
    const [line, ...more] = ofKind(kind).filter(({ path }) => path === REGISTRY);
    t.is(line?.content.trimEnd().split('\n').length, 1);
    t.deepEqual(more, []);
    const others = ofKind(kind).filter(({ path }) => path !== REGISTRY);
    t.true(others.length > 0);
    for (const { path } of others) t.regex(path, new RegExp(`^agents/${kind}/|^tests/`));
  });
}

test('a program of the page is a kind of agent: it is known everywhere, and holds the suite', async (t) => {
  t.timeout(240_000);
  const copy = await CheckoutCopy.make(t);
  for (const block of ofKind('parrot')) await copy.add(block);

  await copy.runWell('tsc', ['--noEmit']);
  await copy.runWell('biome', ['check', '--error-on-warnings', 'agents', 'tests/agents']);
  await copy.runWell('depcruise', ['agents', 'bot', 'cli', 'projections', 'spawner']);

  await copy.runWell('node', ['docs/generate.ts']);
  const settings = await readFile(join(copy.root, 'docs', 'settings.md'), 'utf8');
  t.regex(settings, /ORCHESTRATOR_AGENT.*\bparrot\b/);
  t.true(settings.includes('ORCHESTRATOR_PARROT_GREETING'));
  const wrong = await copy.run('node', ['cli/main.ts', 'create', '--help']);
  t.regex(wrong.stdout, /\bparrot\b/);

  await copy.runWell('node', ['bootstrap/main.mjs', 'build']);
  const suite = ['tests/agents/conformance/parrot.test.ts'];
  t.regex(await copy.runWell('ava', suite, { TESTS: 'agents' }), /4 tests passed/);
});
