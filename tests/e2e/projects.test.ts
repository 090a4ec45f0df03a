import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { dataPaths } from '../../platform/service/data-paths.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { EventType } from '../../schemas/event-catalogue.ts';
import { gitOf, ownFolder, repositoryWith } from '../support/git.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { dataFolder, environment, orchestrator, startSystem } from '../support/system.ts';

/** Does what it is told: each message is a line of shell, in the workspace. */
const SHELL_AGENT =
  'while IFS= read -r line; do eval "$line" >&2; orchestrator answer "done: $?"; done';

/** The first event of a type that is about an agent. */
const of = (agentId: string, type: EventType) => (event: StoredEvent) =>
  event.type === type && event.subject.includes(agentId);

test('two agents of one project work apart; their work is kept, shown, taken back and merged', async (t) => {
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const first = gitOf(shop, 'rev-parse', 'HEAD');
  writeFileSync(join(shop, 'mine.txt'), 'not committed\n');
  const system = await startSystem(t, { env: { ORCHESTRATOR_PROJECT_ROOTS: folder } });
  const { env } = system;
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await orchestrator(args, { env });
    t.is(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };

  const owner = ['--owner', 'test/ada'];
  const project = JSON.parse(
    await run('project', 'create', '--name', 'shop', '--repo', shop, ...owner),
  );
  t.is(project.name, 'shop');
  const agentOf = (name: string) =>
    run(
      'create',
      '--kind',
      'line',
      '--command',
      SHELL_AGENT,
      '--project',
      'shop',
      '--name',
      name,
      ...owner,
    );
  const [one, two] = [await agentOf('one'), await agentOf('two')];
  const log = await system.log();
  const tell = async (agentId: string, line: string) => {
    await run('send', agentId, '--wait', line);
    await untilEvent(log, of(agentId, 'turn.snapshot'));
  };
  const workspace = (agentId: string) =>
    join(dataPaths(system.dataDir).agents, agentId, 'workspace');
  t.false(existsSync(join(workspace(one), 'mine.txt')));

  await tell(one, 'echo of one >> a.txt; echo 1 > one.txt');
  await tell(two, 'echo 2 > two.txt; git add .; git commit -qm "Add two"');
  const seen = (agentId: string) =>
    readdirSync(workspace(agentId)).filter((name) => name !== '.git');
  t.deepEqual(
    [seen(one).sort(), seen(two).sort()],
    [
      ['a.txt', 'one.txt'],
      ['a.txt', 'two.txt'],
    ],
  );

  t.regex(await run('project', 'diff', '--agent', one, '--turn', 'last'), /^\+of one$/m);
  await run('undo', one);
  t.deepEqual(seen(one), ['a.txt']);
  t.is(readFileSync(join(workspace(one), 'a.txt'), 'utf8'), 'one\n');
  t.deepEqual(seen(two).sort(), ['a.txt', 'two.txt']);

  t.regex(await run('project', 'merge', '--agent', two), /^main has it now, by moving on/);
  t.regex(await run('project', 'log', '--project', 'shop'), /Add two/);
  // The person's own checkout is as it was.
  t.is(gitOf(shop, 'rev-parse', 'HEAD'), first);
  t.is(gitOf(shop, 'status', '--porcelain'), '?? mine.txt');

  const kept = ofType(await history(log), 'turn.snapshot');
  t.deepEqual(
    kept.map(({ subject, data: { files, insertions, deletions } }) => [
      subject.split('.')[1],
      files,
      insertions,
      deletions,
    ]),
    [
      [one, 2, 2, 0],
      [two, 1, 1, 0],
    ],
  );
});

test('a start with a folder has the chat’s agent work in it, and the next one goes on with that agent', async (t) => {
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n', 'below/b.txt': 'two\n' });
  const env = environment(dataFolder(t), {
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: SHELL_AGENT.replace(
      'done: $?',
      '$(cat a.txt; git branch --show-current)',
    ),
  });
  const start = (path: string) =>
    orchestrator(['start', '--project', path], { env, input: 'true\n', cwd: shop });
  const one = await start('.');
  t.regex(one.stdout, /^one\s+orchestrator\/agent-[0-9a-f]{12}\n$/, one.stderr);
  const two = await start('below');
  t.is(two.stdout, one.stdout, two.stderr);

  const none = await orchestrator(['start', '--project', folder], { env, input: 'true\n' });
  t.is(none.code, 2);
  t.regex(none.stderr, /ORC_PROJECT_SOURCE: The folder \S+ is in no git repository/);
  const repositories = readdirSync(dataPaths(env.ORCHESTRATOR_DATA_DIR ?? '').projects);
  t.is(repositories.filter((name) => name.endsWith('.git')).length, 1);
});

test('a chat in a project has an agent of the person’s there, whomever they talked to before', async (t) => {
  const [folder, elsewhere] = [ownFolder(t), ownFolder(t)];
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const other = repositoryWith(join(elsewhere, 'other'), { 'a.txt': 'one\n' });
  const { env } = await startSystem(t, {
    env: {
      ORCHESTRATOR_PROJECT_ROOTS: folder,
      ORCHESTRATOR_AGENT: 'line',
      ORCHESTRATOR_LINE_COMMAND:
        'while read -r _; do orchestrator answer "$(git branch --show-current)"; done',
    },
  });
  const chat = (...args: string[]) =>
    orchestrator(['chat', ...args], { env, input: 'where?\n', cwd: shop });

  // What is no project has a repository of its own.
  t.is((await chat()).stdout, 'main\n');
  const [here, named] = [await chat('--project', '.'), await chat('--project', 'shop')];
  t.regex(here.stdout, /^orchestrator\/agent-[0-9a-f]{12}\n$/, here.stderr);
  // It goes on with that one, whose project this is.
  t.is(named.stdout, here.stdout, named.stderr);
  t.is((await chat()).stdout, here.stdout);

  const refusals: [string[], number, RegExp][] = [
    [['--project', 'none'], 1, /ORC_PROJECT_NOT_FOUND: /],
    [['--project', other], 2, /ORC_PROJECT_SOURCE: /],
    [['--project', 'shop', '--agent', 'any'], 2, /ORC_USAGE: .*--agent or --project/],
  ];
  for (const [args, code, line] of refusals) {
    const refused = await chat(...args);
    t.deepEqual([refused.code, refused.stdout], [code, ''], refused.stderr);
    t.regex(refused.stderr, line);
  }
});

test('an agent in no project has no git run for it, and no snapshot', async (t) => {
  const system = await startSystem(t);
  const { env } = system;
  const created = await orchestrator(['create'], { env });
  const agent = created.stdout.trim();
  const { stdout } = await orchestrator(['send', agent, '--wait', 'hello'], { env });
  t.is(stdout, '[1] You said: hello\n');
  const log = await system.log();
  await untilEvent(log, of(agent, 'turn.ended'));
  const undone = await orchestrator(['undo', agent], { env });
  t.regex(undone.stderr, /ORC_NO_CHANGES/);
  const types = (await history(log)).map(({ type }) => type);
  t.true(types.includes('turn.ended'));
  t.false(types.some((type) => type.startsWith('turn.snapshot')));
  const { projects } = dataPaths(system.dataDir);
  t.deepEqual(readdirSync(projects), ['home']);
  t.deepEqual(readdirSync(join(projects, 'home')), []);
});
