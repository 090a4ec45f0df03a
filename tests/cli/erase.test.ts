import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import { beginErasure } from '../../core/erase/erasure-store.ts';
import { eraseSubject } from '../../core/log/erase-messages.ts';
import { ERASING } from '../../core/log/erasure-mark.ts';
import { sealLog } from '../../core/seal/seal-log.ts';
import { isFileThere } from '../../platform/files/is-file-there.ts';
import { Health } from '../../platform/service/health.ts';
import { serveHealth } from '../../platform/service/serve-health.ts';
import { serveViews } from '../../projections/views/views-service.ts';
import { ADA, BEN, TwoPeople } from '../core/erase/two-people.ts';
import { quiet, startFollower } from '../core/projection/folded-log.ts';
import { startTestNats, type TestNats } from '../support/nats.ts';
import { environment } from '../support/system.ts';
import { oneLine, runHere } from './run-here.ts';

const A = 'agent-0123456789ab';
const B = 'agent-ba9876543210';
const USER = `telegram/${ADA.userId}`;

const leavings: (() => unknown)[] = [];
let nats: TestNats;
let env: NodeJS.ProcessEnv;
let people: TwoPeople;

process.setMaxListeners(0);

test.before(async (t) => {
  const own = { title: t.title, teardown: (undo: () => unknown) => leavings.push(undo) };
  nats = await startTestNats(own);
  const { url, operatorCreds, dataDir } = nats;
  env = environment(dataDir, { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds });
  people = new TwoPeople(nats.log);
  await people.life(A, ADA, 'SECRET', 'p-ada');
  await people.life(B, BEN, 'OPEN', 'p-ben');
  await sealLog(nats.connection);
  for (const path of FILES) {
    const file = join(dataDir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'x');
  }
  const lines = [`{"agentId":"${A}"}`, `{"agentId":"${B}"}`, `{"chat":${ADA.userId}}`, '{}'];
  await writeFile(join(dataDir, 'system.log'), `${lines.join('\n')}\n`);
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

/** The first ones are ADA’s, or checkpoints. */
const OWN = [`agents/${A}/workspace/a.txt`, 'projects/p-ada.git/HEAD', 'snapshots/states/1.jsonl'];
const FILES = [...OWN, `agents/${B}/workspace/a.txt`, 'projects/p-ben.git/HEAD'];

const there = async (): Promise<string[]> => {
  const found: string[] = [];
  for (const path of FILES) if (await isFileThere(join(nats.dataDir, path))) found.push(path);
  return found;
};

/** Exit code and code of the error, in one line. */
async function refused(args: readonly string[], own: NodeJS.ProcessEnv = env): Promise<string> {
  const { code, stderr } = await runHere(['erase', ...args], own);
  const [, error = stderr] = /(ORC_[A-Z_]+)/.exec(stderr) ?? [];
  return `${code} ${stderr.trim().includes('\n') ? 'several lines' : error}`;
}

test.serial('what cannot be erased is refused in a line, and nothing is', async (t) => {
  const before = await nats.log.lastSequence('EVENTS');
  t.is(await refused(['nobody', '--yes']), '2 ORC_USAGE');
  t.is(await refused([USER]), '2 ORC_USAGE', 'nobody can be asked');
  t.is(await refused([USER, '--shared', 'some', '--yes']), '2 ORC_USAGE');
  t.is(await refused(['telegram/1', '--yes']), '2 ORC_BAD_INPUT');
  const away = { ...env, ORCHESTRATOR_NATS_URL: 'nats://127.0.0.1:1' };
  t.is(await refused([USER, '--yes'], away), '1 ORC_NOT_REACHABLE');
  const { connection } = nats;
  const other = await nats.connect();
  await serveHealth({ nc: other.nc, name: 'spawner', health: new Health() });
  t.is(await refused([USER, '--yes']), '1 ORC_ERASE', 'a service runs');
  await other.close();
  const begun = { id: 'e-1', people: [BEN], agents: [], jobs: [], projects: [], places: [] };
  await beginErasure(connection.nc, { ...begun, begunAt: new Date().toISOString() });
  t.is(await refused([USER, '--yes']), '1 ORC_ERASING', 'another one has begun');
  const { stderr } = await runHere(['verify'], env);
  t.regex(stderr, oneLine('ORC_ERASING'));
  await eraseSubject(connection, 'SEALS', ERASING);
  t.is(await nats.log.lastSequence('EVENTS'), before);
  t.is((await there()).length, FILES.length);
});

test.serial('--dry-run says what there is, and leaves it', async (t) => {
  const { code, stdout } = await runHere(['erase', USER, '--dry-run'], env);
  t.is(code, 0);
  t.regex(stdout, new RegExp(`^${USER}: \\d+ events, 1 agent, 1 job, 1 project would be erased\n`));
  t.true(stdout.includes(`\n  ${A}\n`));
  const json = await runHere(['erase', USER, '--dry-run', '--json'], env);
  t.like(JSON.parse(json.stdout), { user: USER, agents: [A], projects: ['p-ada'], left: [] });
  t.is((await there()).length, FILES.length);
});

test.serial(
  'agents that live, and those of others, are told before anything is erased',
  async (t) => {
    const C = 'agent-00000000000c';
    await people.begin(C, ADA);
    t.is(await refused([USER, '--yes']), '1 ORC_ERASE');
    await people.end(C);
    await people.write(B, ADA, 'SECRET to the agent of somebody else');
    const { stderr } = await runHere(['erase', USER, '--yes'], env);
    t.true(stderr.includes(`${B} of telegram/${BEN.userId}`), stderr);
    const { stdout } = await runHere(['erase', USER, '--dry-run'], env);
    t.true(stdout.includes(`left: ${B} of telegram/${BEN.userId}`));
    t.is((await there()).length, FILES.length);
  },
);

test.serial(
  'a person is erased from the streams and the data folder, and the system holds',
  async (t) => {
    const { stdout, stderr } = await runHere(['erase', USER, '--yes', '--shared', 'keep'], env);
    t.regex(
      stdout,
      new RegExp(`^${USER}: \\d+ events, 2 agents, 1 job, 1 project erased\n`),
      stderr,
    );
    t.regex(stdout, new RegExp(`left: ${B} of telegram/${BEN.userId}: what the person wrote`));
    t.deepEqual(
      await there(),
      FILES.filter((path) => !OWN.includes(path)),
    );
    const log = await readFile(join(nats.dataDir, 'system.log'), 'utf8');
    t.is(log, `{"agentId":"${B}"}\n{}\n`);

    const { follower } = await startFollower(t, nats.log);
    const { nc } = await nats.connect();
    await serveViews({ nc, follower, log: nats.log, logger: quiet, version: '1.2.3' });
    const verified = await runHere(['verify'], env);
    t.is(verified.code, 0, verified.stderr);
    t.regex(verified.stdout, /\nerased {2}\d+ events, as the log states \(log\.erased\)\n$/);
  },
);

test.serial(
  'erased with the agents of others to which it wrote, nothing of the person is left',
  async (t) => {
    // What was kept is of the person still.
    const { code, stdout, stderr } = await runHere(
      ['erase', USER, '--yes', '--shared', 'erase', '--json'],
      env,
    );
    t.is(code, 0, stderr);
    t.like(JSON.parse(stdout), { agents: [B], othersIn: [B], left: [] });
    t.is(await refused([USER, '--yes']), '2 ORC_BAD_INPUT');
  },
);
