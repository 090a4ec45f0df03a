import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { dataPaths } from '../../platform/service/data-paths.ts';
import type { AgentKind } from '../agents/conformance/support/agent-kinds.ts';
import { PATIENCE_MS } from '../agents/conformance/support/patience.ts';
import { gitOf, ownFolder, repositoryWith } from '../support/git.ts';
import { ModelServer } from '../support/model-server/model-server.ts';
import { following, type ModelStep, printed } from '../support/model-server/scripts.ts';
import { ANN, startBotSystem } from '../support/telegram/bot-system.ts';
import { MendingChat } from './mending-chat.ts';

const BROKEN = 'export const sum = (a, b) => a - b;\n';
const MENDED = 'export const sum = (a, b) => a + b;\n';
const TEST = `import assert from 'node:assert/strict';
import test from 'node:test';
import { sum } from './sum.mjs';

test('1 and 2 are 3', () => assert.equal(sum(1, 2), 3));
`;
const FILES = ['sum.mjs', 'sum.test.mjs'];

const RUN_TEST = 'node --test --test-reporter=tap';

const mending = (name: string, commit: ModelStep): ModelStep[] => [
  RUN_TEST,
  "sed -i 's/a - b/a + b/' sum.mjs",
  RUN_TEST,
  commit,
  `orchestrator answer "<${name}> $(git log -1 --format=%s)"`,
];
const COMMIT = "git commit --quiet --all --message 'Mend sum'";

/** What the other agent sees, in its own workspace, and what it adds. */
const LOOK = [
  'ls -A; git status --short; git branch --all; git log --all --format=%s; cat sum.mjs',
  "echo two > two.md; git add two.md; git commit --quiet --message 'Add two'",
  'orchestrator answer "<look> $(ls | xargs)"',
];
/** What it has committed in the same turn is merged as well. */
const MERGE = [
  "echo more >> two.md; git commit --quiet --all --message 'More of two'",
  'orchestrator answer "<merge> $(orchestrator project merge)"',
];

/** Where the agents of a test live, and how their workspaces are looked into. */
export interface AgentsPlace {
  /** Of this machine, where they reach the model. */
  address: string;
  settings: Record<string, string>;
  /** Runs a program in an agent’s workspace; its stdout. */
  inWorkspace?(agentId: string, command: readonly string[]): Promise<string>;
}

/** A person has a failing test mended, sees it, takes it back, has it mended again, and merged. */
export async function mendsATest(
  t: ExecutionContext,
  kind: AgentKind,
  { address, settings, inWorkspace }: AgentsPlace,
): Promise<void> {
  t.timeout(3 * PATIENCE_MS);
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), { 'sum.mjs': BROKEN, 'sum.test.mjs': TEST });
  const first = gitOf(shop, 'rev-parse', 'HEAD');
  const model = await ModelServer.start(t, address);
  const bot = await startBotSystem(t, {
    ORCHESTRATOR_PROJECT_ROOTS: folder,
    ...kind.environment(model.url, folder),
    ...settings,
  });
  const { dataDir } = bot.system;
  const chat = new MendingChat(t, bot);
  const owner = ['--owner', `telegram/${ANN}`];
  const create = ['project', 'create', '--name', 'shop', '--repo', shop, ...owner];
  const { id } = JSON.parse(await chat.operator(...create));
  const kept = (...args: string[]) =>
    gitOf(join(dataPaths(dataDir).projects, `${id}.git`), ...args);
  const git = async (agentId: string, ...args: string[]) =>
    inWorkspace
      ? (await inWorkspace(agentId, ['git', ...args])).trimEnd()
      : gitOf(join(dataPaths(dataDir).agents, agentId, 'workspace'), ...args);
  const toldBy = (name: string) =>
    printed(
      model.requests.findLast(({ parts }) => parts.some((p) => p.text.includes(`MSG[${name}]`))) ??
        t.fail(),
    );

  // One is in the middle of it, with its file changed, while the other looks and commits.
  const edited = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  const plans = {
    mend: mending('mend', { command: COMMIT, until: looked.promise }),
    look: LOOK,
    again: mending('again', COMMIT),
    merge: MERGE,
  };
  const script = following(plans);
  model.script = (request) => {
    const reply = script(request);
    if (reply.do === 'wait') edited.resolve();
    return reply;
  };
  const one = await chat.begins(kind.kind);
  const mended = chat.writes('MSG[mend] The test of sum fails. Mend it, and commit.');
  await Promise.race([edited.promise, mended.reply(/<mend>/)]);
  const two = await chat.begins(kind.kind);
  t.is(
    await chat.says('MSG[look] What is there?', /<look>/),
    `<look> ${[...FILES, 'two.md'].sort().join(' ')}`,
  );
  t.is(await git(one.agentId, 'status', '--short'), ' M sum.mjs');
  looked.resolve();
  t.regex(await mended.reply(/<mend>/), /^\[.*\]\n<mend> Mend sum$/);
  t.regex(toldBy('mend'), /^# fail 1$[\s\S]*^# pass 1$/m);

  // Nothing of the one was to be seen, in files, branches and objects, while it had changed its own.
  const branchOf = ({ agentId }: { agentId: string }) => `orchestrator/${agentId}`;
  const seen = toldBy('look');
  t.true(seen.includes(`.git\n${FILES.join('\n')}\n* ${branchOf(two)}\nfirst\n${BROKEN}`), seen);
  const commit = await git(one.agentId, 'rev-parse', 'HEAD');
  await t.throwsAsync(git(two.agentId, 'cat-file', '-e', commit));
  t.is(await git(one.agentId, 'ls-files'), FILES.join('\n'));

  await chat.says(`/agents ${one.name}`, /^Your messages go to/);
  const shown = await chat.says('/diff', /^diff --git/m);
  t.regex(shown, /^-export const sum = .* a - b;\s+\+export const sum = .* a \+ b;$/m);
  t.false(shown.includes('two.md'));
  t.is(kept('log', '--format=%s by %an', branchOf(one)), 'Mend sum by User 1001\nfirst by Ann');

  await chat.says('/undo', /^↩️ Taken back: files that changed: 1\.$/);
  t.is(await git(one.agentId, 'rev-parse', 'HEAD'), first);
  t.is(await git(one.agentId, 'status', '--short', '--branch'), `## ${branchOf(one)}`);
  t.is(await git(one.agentId, 'show', `HEAD:sum.mjs`), BROKEN.trimEnd());
  t.is(kept('rev-parse', branchOf(one)), first);

  t.is(await chat.says('MSG[again] Mend it after all.', /<again>/), '<again> Mend sum');
  t.regex(toldBy('again'), /# pass 1$/m);
  const merged = await chat.operator('project', 'merge', '--agent', one.agentId);
  t.regex(merged, /^main has it now, by moving on/);
  t.is(kept('rev-parse', 'main'), await git(one.agentId, 'rev-parse', 'HEAD'));
  await chat.says(`/agents ${two.name}`, /^Your messages go to/);
  t.regex(await chat.says('MSG[merge] Merge yours.', /<merge>/), /main has it now, by a merge/);
  t.is(`${kept('show', 'main:sum.mjs')}\n`, MENDED);
  t.is(kept('show', 'main:two.md'), 'two\nmore');
  t.is(kept('ls-tree', '--name-only', 'main'), [...FILES, 'two.md'].join('\n'));
  // The person's own checkout is as it was.
  t.is(gitOf(shop, 'rev-parse', 'HEAD'), first);
  t.is(gitOf(shop, 'status', '--short'), '');
}
