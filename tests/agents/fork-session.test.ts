import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { agentFactories } from '../../agents/agent-factories.ts';
import { loadSettings } from '../../agents/load-settings.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import { runHere } from '../cli/run-here.ts';
import { startViews } from '../core/conversation/views.ts';
import { projectFrom } from '../spawner/projects/in-projects.ts';
import { command } from '../support/commands.ts';
import { gitOf, ownFolder, repositoryWith } from '../support/git.ts';
import { history } from '../support/history.ts';
import type { ModelScript } from '../support/model-server/model-request.ts';
import { ModelServer } from '../support/model-server/model-server.ts';
import { asked, quoted, unanswered } from '../support/model-server/scripts.ts';
import { startSpawner } from '../support/spawner.ts';
import { environment } from '../support/system.ts';
import { AGENT_CLIS, type AgentKind, CLAUDE, CODEX } from './conformance/support/agent-kinds.ts';
import { AgentWorld } from './conformance/support/agent-world.ts';
import { PATIENCE_MS } from './conformance/support/patience.ts';

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS;

const isThere = (name = ''): boolean => existsSync(join(AGENT_CLIS, name));

/** Each message becomes a file of its name, and is answered; a fork says that it is ready. */
const keepsFiles: ModelScript = (request) => {
  const news = unanswered(request);
  if (request.tools.length === 0 || news.length === 0) {
    const told = request.parts.findLast(({ from }) => from === 'user')?.text ?? '';
    const isFork = told.includes('you are a fork');
    return isFork && request.tools.length > 0 && request.parts.at(-1)?.from === 'user'
      ? { do: 'shell', command: 'orchestrator answer ready' }
      : { do: 'say', text: 'Done.' };
  }
  const answer = `${news.map((name) => `<${name}>`).join(' ')} of ${asked(request).join(',')}`;
  const files = news.map((name) => `echo ${name} > ${name}.txt; pwd > where.txt`).join('; ');
  return { do: 'shell', command: `${files}; orchestrator answer ${quoted(answer)}` };
};

/** An agent of a kind in a project, with what an operator needs to fork it. */
async function worldOf(t: ExecutionContext, kind: AgentKind) {
  const model = await ModelServer.start(t);
  model.script = keepsFiles;
  const logins = mkdtempSync(join(tmpdir(), 'orchestrator-logins-'));
  t.teardown(() => rm(logins, { recursive: true, force: true }));
  const own = {
    ORCHESTRATOR_CREDENTIALS_DIR: logins,
    ...kind.environment(model.url, logins),
  };
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, {
    factories: await agentFactories(loadSettings(own), own),
    programFolders: [join(AGENT_CLIS, '.bin'), dirname(process.execPath)],
    projectRoots: [folder],
    stopGraceMs: 2_000,
    patienceMs: PATIENCE_MS,
  });
  await startViews(t, spawner.nats);
  const { url, operatorCreds, dataDir } = spawner.nats;
  const env = environment(dataDir, {
    ORCHESTRATOR_NATS_URL: url,
    ORCHESTRATOR_CREDS: operatorCreds,
  });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const world = new AgentWorld(t, model, spawner);
  const life = { kind: kind.kind, ttlMs: 3_600_000, turnDeadlineMs: PATIENCE_MS };
  const create = { ...life, project: { id: projectId } };
  await spawner.log.append(command(world.agentId, 'command.create', create));
  return { world, env };
}

/** A fork of a world's agent, to be talked to as that is. */
class ForkWorld extends AgentWorld {
  override readonly agentId: string;

  constructor(of: AgentWorld, agentId: string) {
    super(of.t, of.model, of.spawner);
    this.agentId = agentId;
  }
}

/** The session files and the workspace of an agent, those of git among them, by path and content. */
function filesOf(home: string): Record<string, string> {
  const folders = ['.claude/projects', '.codex/sessions', '.orchestrator', 'workspace'];
  const files = folders
    .map((folder) => join(home, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    files.map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  );
}

for (const kind of [CLAUDE, CODEX]) {
  const own = isThere(kind.package) ? test : test.skip;
  own(
    `a fork of ${kind.kind} at a turn in the middle has its session up to there, and the other one is as it was`,
    async (t) => {
      t.timeout(TEST_TIMEOUT_MS);
      const { world, env } = await worldOf(t, kind);
      const { agentId, spawner } = world;
      for (const name of ['one', 'two', 'three']) {
        await world.say(name);
        await world.ended(name);
      }
      const { turnId } = (await world.turnOver('three')).data;
      await spawner.event(agentId, 'turn.snapshot', ({ data }) => data.turnId === turnId);
      const home = join(spawner.folder, agentId);
      const log = await history(spawner.log, agentFilter(agentId));
      const files = filesOf(home);
      t.true(Object.keys(files).some((path) => path.endsWith('.jsonl')));

      const ran = await runHere(['fork', agentId, '--at', 'two', '--timeout', '120s'], env);
      t.is(ran.code, 0, ran.stderr);
      t.regex(ran.stderr, /by its CLI’s session up to there, with the files of that turn/);
      const fork = new ForkWorld(world, ran.stdout.trim());
      await spawner.event(fork.agentId, 'turn.ended');
      t.deepEqual(filesOf(home), files);
      t.deepEqual(await history(spawner.log, agentFilter(agentId)), log);

      await fork.say('four');
      await fork.ended('four');
      t.is((await fork.answers()).at(-1), '<four> of one,two,four');
      const place = spawner.workspace(fork.agentId);
      const there = ['one', 'two', 'three', 'four'].filter((name) =>
        existsSync(join(place, `${name}.txt`)),
      );
      t.deepEqual(there, ['one', 'two', 'four']);
      t.is(readFileSync(join(place, 'where.txt'), 'utf8').trim(), place, 'not the other one’s');
      t.is(gitOf(place, 'branch', '--show-current'), `orchestrator/${fork.agentId}`);
      const told = JSON.stringify(world.model.requests.at(-1)?.parts);
      t.false(told.includes('This is a digest'), 'by the session, not by the digest');
      t.false(told.includes(home), 'no path leads to the other one’s home');

      t.deepEqual(filesOf(home), files, 'nothing was appended to the other one’s session');
      await world.say('five');
      await world.ended('five');
      t.is((await world.answers()).at(-1), '<five> of one,two,three,five');
    },
  );
}

for (const kind of [CLAUDE, CODEX]) {
  const own = isThere(kind.package) ? test : test.skip;
  own(
    `${kind.kind} is rewound: what it remembers and its files are as of that turn, and no digest or fork brings back the rest`,
    async (t) => {
      t.timeout(TEST_TIMEOUT_MS);
      const { world, env } = await worldOf(t, kind);
      const { agentId, spawner } = world;
      for (const name of ['one', 'two', 'three']) {
        await world.say(name);
        await world.ended(name);
      }
      const what = ['--conversation', '--files', '--timeout', '120s'];
      const ran = await runHere(['rewind', agentId, '--to', 'two', ...what], env);
      t.is(ran.code, 0, ran.stderr);
      t.regex(ran.stdout, /rewound to turn-/);
      t.regex(ran.stderr, /Not undone:\n {2}\S+ it answered: <three> of one,two,three\n/);
      const place = spawner.workspace(agentId);
      const files = () =>
        ['one', 'two', 'three', 'four'].filter((name) => existsSync(join(place, `${name}.txt`)));
      t.deepEqual(files(), ['one', 'two']);

      await world.say('four');
      await world.ended('four');
      t.is((await world.answers()).at(-1), '<four> of one,two,four');
      t.deepEqual(files(), ['one', 'two', 'four']);
      const told = JSON.stringify(world.model.requests.at(-1)?.parts);
      t.false(told.includes('without a memory'), 'by its session, not by a digest');

      const fork = await runHere(['fork', agentId, '--kind', 'line', '--no-wait', '--json'], {
        ...env,
        ORCHESTRATOR_LINE_COMMAND: 'cat',
      });
      t.is(fork.code, 0, fork.stderr);
      const forkId = JSON.parse(fork.stdout).agentId;
      const events = await history(spawner.log, agentFilter(forkId));
      const digest = JSON.stringify(events);
      t.true(digest.includes('<four> of'));
      t.false(digest.includes('<three> of'), 'what was rewound is in no digest');
    },
  );
}
