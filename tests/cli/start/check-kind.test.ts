import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { kindOf } from '../../../agents/agent-kinds.ts';
import { kindProblems } from '../../../agents/kind-problems.ts';
import { loadSettings } from '../../../agents/load-settings.ts';
import { findNatsServer } from '../../../bootstrap/nats-server.mjs';
import { startsAgents } from '../../../cli/operator/machine-checks.ts';
import type { ChosenRuntime } from '../../../platform/docker/choose-runtime.ts';
import { dockerEngine } from '../../../platform/docker/docker-engine.ts';
import { CheckoutCopy } from '../../docs/checkout-copy.ts';
import { temporaryFolder } from '../../support/nats.ts';

const LOCAL: ChosenRuntime = { kind: 'local', why: undefined };
const image = (clis: string | undefined): ChosenRuntime => ({
  kind: 'docker',
  docker: dockerEngine('unix:///nowhere'),
  clis: clis?.split(','),
});

async function problems(
  t: ExecutionContext,
  name: string,
  chosen: ChosenRuntime,
  own: Record<string, string> = {},
) {
  const kind = kindOf(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  const folder = await temporaryFolder(t);
  const settings = loadSettings({ ORCHESTRATOR_DATA_DIR: folder });
  const place = { settings, environment: own, chosen, searchPath: join(folder, 'bin') };
  return { folder, found: () => kindProblems(kind, place) };
}

const KEY = { ANTHROPIC_API_KEY: 'x' };

test('D2: a CLI that is not there blocks, with how to get just that one', async (t) => {
  const { folder, found } = await problems(t, 'claude', LOCAL, KEY);
  t.deepEqual(await found(), [
    {
      what: 'The CLI of Claude Code is not on this machine',
      cure: '`npm run agents claude` installs it',
      blocks: true,
    },
  ]);
  await mkdir(join(folder, 'bin', 'claude'), { recursive: true });
  t.is((await found()).length, 1, 'a folder is no program');
  await rm(join(folder, 'bin', 'claude'), { recursive: true });
  await writeFile(join(folder, 'bin', 'claude'), '', { mode: 0o755 });
  t.deepEqual(await found(), []);
});

test('D2: an image says which CLIs it has', async (t) => {
  for (const clis of ['claude', 'droid,claude', 'all', undefined]) {
    t.deepEqual(await (await problems(t, 'claude', image(clis), KEY)).found(), [], clis);
  }
  for (const clis of ['none', 'droid']) {
    const [problem] = await (await problems(t, 'claude', image(clis), KEY)).found();
    t.true(problem?.blocks);
    t.regex(problem?.cure ?? '', /AGENTS=claude/);
  }
});

test('D2: a login that is not there is said, wherever one may be kept', async (t) => {
  const { folder, found } = await problems(t, 'codex', image('all'));
  const [problem] = await found();
  t.false(problem?.blocks);
  t.is(problem?.what, 'There is no login for Codex');
  t.regex(problem?.cure ?? '', /set OPENAI_API_KEY.*, or put \.codex\/auth\.json into \S+\/codex /);

  const own = join(folder, 'credentials', 'telegram', '42', 'codex');
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'env'), 'OPENAI_API_KEY=x\n');
  t.deepEqual(await found(), [], 'that of one user');
});

test('a kind without a CLI of its own lacks nothing', async (t) => {
  for (const kind of ['demo', 'line', 'acp']) {
    t.deepEqual(await (await problems(t, kind, LOCAL)).found(), []);
  }
});

test('D2: start and doctor look for the CLI of the wanted kind first', async (t) => {
  const copy = await CheckoutCopy.make(t);
  // What `npm run agents` has installed in this checkout is not in the copy.
  await rm(join(copy.root, '.cache'));
  const root = join(import.meta.dirname, '..', '..', '..');
  const { path } = await findNatsServer({ root, env: process.env });
  const own = {
    ORCHESTRATOR_AGENT: 'claude',
    ORCHESTRATOR_NATS_SERVER: path,
    ANTHROPIC_API_KEY: 'x',
    PATH: '/usr/bin:/bin',
  };

  const start = await copy.run('node', ['cli/main.ts', 'start'], own);
  const doctor = await copy.run('node', ['cli/main.ts', 'doctor'], own);

  t.is(
    start.stderr,
    'orchestrator: ORC_AGENT_CLI: The CLI of Claude Code is not on this machine. `npm run agents claude` installs it.\n',
  );
  t.is(start.code, 1);
  t.regex(doctor.stdout, /^wrong +agent claude +The CLI of .* `npm run agents claude` installs/m);
  t.is(doctor.code, 1);
});

test('D10: what agents need is no business of an image in which none are started', async (t) => {
  const root = await temporaryFolder(t);
  t.false(startsAgents(loadSettings({}), root));
  t.true(startsAgents(loadSettings({ ORCHESTRATOR_RUNTIME: 'docker' }), root));
  await mkdir(join(root, 'bootstrap'));
  t.true(startsAgents(loadSettings({}), root));
});
