import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { projectOfName } from '../../bot/commands/own-projects.ts';
import { codeBlock } from '../../bot/text/code-block.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import type { ProjectView } from '../../schemas/views.ts';
import { ownFolder, repositoryWith } from '../support/git.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { orchestrator } from '../support/system.ts';
import { ANN, BEN, startBotSystem } from '../support/telegram/bot-system.ts';

const SHELL_AGENT =
  'while IFS= read -r line; do eval "$line" >&2; orchestrator answer "done: $?"; done';

test('in a chat a project is chosen, an agent begins in it, and its last turn is shown and taken back', async (t) => {
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const { telegram, system } = await startBotSystem(t, {
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: SHELL_AGENT,
    ORCHESTRATOR_PROJECT_ROOTS: folder,
  });
  const { api } = telegram;
  const said = (text: string, reply: RegExp, user = ANN) => telegram.exchange(user, text, reply);
  await said('/projects', /You have no projects/);
  const create = ['project', 'create', '--name', 'Shop', '--repo', shop];
  const made = await orchestrator([...create, '--owner', `telegram/${ANN}`], { env: system.env });
  t.is(made.code, 0, made.stderr);
  await said('/projects', /^Your projects[\s\S]*Shop \(main\)/);
  const list = api.chat(ANN).at(-1);
  t.deepEqual(
    list?.buttons.map(({ text }) => text),
    ['Shop'],
  );
  await said('/project', /New agents begin in no project/);
  await said('/project nothing', /no project “nothing”/);
  await said('/projects', /You have no projects/, BEN);
  await said('/project Shop', /no project “Shop”/, BEN);

  await said('/project shop', /New agents begin in Shop now/);
  await said('echo two >> a.txt; touch new.txt', /^done: 0$/);
  const log = await system.log();
  // Stated after the answer.
  await untilEvent(log, ({ type }) => type === 'turn.snapshot', AbortSignal.timeout(30_000));
  await said('/diff', /^\+two$/m);
  const [created] = ofType(await history(log), 'command.create');
  t.is(created?.data.project?.id, JSON.parse(made.stdout).id);
  const agentId = created?.subject.split('.')[1] ?? '';
  const file = join(dataPaths(system.dataDir).agents, agentId, 'workspace', 'new.txt');
  t.true(existsSync(file));
  await said('/undo', /^↩️ Taken back: files that changed: 2\.$/);
  t.false(existsSync(file));
  await said('/undo', /^⚠️ There is nothing that could be .* taken back/);
  await said('/diff tomorrow', /^Usage: \/diff \[all\]$/);

  await said('/project -', /New agents begin in no project/);
  await said('/new line', /is starting/);
  await said('/diff', /works in no project/);
  await said('/undo', /works in no project/);
  await said('/new line shop', /\(line\) is starting/);
  const projectsOf = ofType(await history(log), 'command.create').map(
    ({ data }) => data.project !== undefined,
  );
  t.deepEqual(projectsOf, [true, false, true]);
});

test('a project is meant by its name as people type it, where that can be worked in and is one', (t) => {
  const view = (id: string, name: string, more: Partial<ProjectView> = {}): ProjectView => ({
    id,
    name,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...more,
  });
  const all = [view('p1', 'Shop'), view('p2', 'old', { phase: 'archived' }), view('p3', 'SHOP')];
  const idOf = (name: string) => {
    const found = projectOfName(name, all);
    return found.ok ? found.project.id : undefined;
  };
  t.deepEqual(['Shop', 'SHOP', 'shop', 'p1', 'old'].map(idOf), [
    'p1',
    'p3',
    undefined,
    'p1',
    undefined,
  ]);
});

test('a block of code is fenced by more backticks than stand in it', (t) => {
  t.is(codeBlock('a'), '```\na\n```');
  t.is(codeBlock('a ```` b', 'diff'), '`````diff\na ```` b\n`````');
});
