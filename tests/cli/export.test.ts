import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { readExport } from '../../core/export/export-reader.ts';
import { gzipHeader } from '../../core/export/gzip-header.ts';
import { verifyExport } from '../../core/export/verify-export.ts';
import { foldVersion } from '../../core/projection/fold-version.ts';
import { writeNewFile } from '../../platform/export/new-file.ts';
import type { ExportManifest } from '../../schemas/export-manifest.ts';
import {
  type ConsoleServer,
  startConsoleServer,
} from '../projections/console/support/console-server.ts';
import { ADA, ToldLog } from '../projections/console/support/told-log.ts';
import { archiveAll } from '../support/archive-events.ts';
import { gitOf, repositoryWith } from '../support/git.ts';
import { temporaryFolder } from '../support/nats.ts';
import { ownPort } from '../support/own-port.ts';
import { programOf } from '../support/programs.ts';
import { dataFolder, environment } from '../support/system.ts';
import { oneLine, runHere } from './run-here.ts';

const AGENT = 'agent-0123456789ab';
const OTHER = 'agent-ba9876543210';
const EVA = { channel: 'telegram', userId: '8150815081' };

/** Nothing of it may be in what was redacted. */
const SECRETS = [
  'Rumpelstilzchen',
  'Schatzkammer',
  'mender',
  '4711471147',
  '8150815081',
  'gold-mine',
];

const leavings: (() => unknown)[] = [];
let server: ConsoleServer;
let told: ToldLog;
let env: NodeJS.ProcessEnv;
let folder: string;
let whole: string;

test.before(async (t) => {
  const own = { title: t.title, teardown: (undo: () => unknown) => leavings.push(undo) };
  server = await startConsoleServer(own);
  folder = await temporaryFolder(own);
  told = new ToldLog(server.log);
  const { url, operatorCreds, dataDir } = server.nats;
  env = environment(dataDir, { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds });
  await told.agent(AGENT, 'mender');
  await told.tell('user.introduced', ADA, { name: 'Rumpelstilzchen' });
  await told.turn(AGENT, 'm-1', 'Where is the Schatzkammer?\nAsk Rumpelstilzchen.');
  // What is archived is of the log still.
  await archiveAll(server.nats.connection);
  await told.says('response.answer', AGENT, { text: 'Below the Schatzkammer' });
  await told.endTurn(AGENT, 'm-1');
  await told.agent(OTHER, 'other');
  await told.tell('user.allowed', EVA, {});
  const reference = await told.file(AGENT, 'gold-mine.txt', 'The Schatzkammer is below');
  const read = { text: 'Read it', files: [reference], mode: 'join' as const };
  await told.tell('command.send', { agentId: AGENT }, read);
  for (const agentId of [AGENT, OTHER]) await prints(agentId, `${agentId}: Rumpelstilzchen says`);
  await besideTheLog(dataDir);
  whole = join(folder, 'whole.tar.gz');
  await shown('export', '-o', whole);
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

async function shown(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(args, env);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

const json = async (...args: string[]): Promise<ExportManifest> =>
  JSON.parse(await shown(...args, '--json'));

async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await runHere(args, env);
  return `${code} ${/ORC_\w+/.exec(stderr)?.[0]}`;
}

async function prints(agentId: string, line: string): Promise<void> {
  const piece = { position: '1', bytes: Buffer.from(line), continued: false };
  const of = { runId: 'run-1', source: 'orchestrator/test', time: new Date().toISOString() };
  const subject = `agents.${agentId}.log.stdout`;
  const stored = await server.log.appendLog(subject, [piece], { ...of, expectedLast: 0 });
  if (!stored.ok) throw new Error(stored.error);
}

/** A project with a snapshot, the files of a CLI's conversation, and what is nobody else's business. */
async function besideTheLog(dataDir: string): Promise<void> {
  const home = join(dataDir, 'agents', AGENT);
  for (const [path, text] of Object.entries({
    node: 'node-0a1b2c3d\n',
    [`${AGENT}/.orchestrator/session`]: 'a-session\n',
    [`${AGENT}/.orchestrator/agent.creds`]: 'SEED',
    [`${AGENT}/.claude/projects/-x/a-session.jsonl`]: '{"said":"Schatzkammer"}\n',
    [`${AGENT}/.claude/.credentials.json`]: 'SEED',
    [`${AGENT}/workspace/notes.md`]: 'notes',
  })) {
    const file = join(dataDir, 'agents', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await symlink('/etc/passwd', join(home, '.claude', 'projects', 'link'));
  const work = repositoryWith(join(folder, 'work'), { 'a.txt': 'a' });
  gitOf(work, 'update-ref', 'refs/orchestrator/snapshots/1', 'HEAD');
  await mkdir(join(dataDir, 'projects'), { recursive: true });
  gitOf(folder, 'clone', '--quiet', '--mirror', work, join(dataDir, 'projects', 'p-1.git'));
}

/** Its parts by name, and their bytes. */
async function partsOf(file: string): Promise<Map<string, Buffer>> {
  const parts = new Map<string, Buffer>();
  await readExport(createReadStream(file), async ({ name, content }) => {
    parts.set(name, await buffer(content));
  });
  return parts;
}

const linesOf = (parts: Map<string, Buffer>, name: string): Record<string, unknown>[] =>
  (parts.get(name)?.toString() ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

test('an export has all that the log has, archived or not, what is beside it, and its state', async (t) => {
  const parts = await partsOf(whole);
  const events = linesOf(parts, 'events/000001.jsonl');
  const last = await server.log.lastSequence('EVENTS');
  t.deepEqual(
    events.map(({ sequence }) => Number(sequence)),
    Array.from({ length: last }, (_, at) => at + 1),
  );
  t.like(events[0], {
    specversion: '1.0',
    type: 'command.create',
    subject: `agents.${AGENT}.command.create`,
    data: { kind: 'demo', name: 'mender', owner: ADA },
  });
  t.is(linesOf(parts, 'logs/000001.jsonl').length, 2);
  t.is(linesOf(parts, 'files/000001.jsonl')[0]?.data, 'The Schatzkammer is below');
  const beside = [...parts.keys()].filter((name) => /^(projects|sessions)/.test(name));
  t.deepEqual(beside, [
    'projects/p-1.bundle',
    `sessions/${AGENT}/.orchestrator/session`,
    `sessions/${AGENT}/.claude/projects/-x/a-session.jsonl`,
  ]);
  await writeFile(join(folder, 'p.bundle'), parts.get('projects/p-1.bundle') ?? '');
  t.regex(gitOf(folder, 'bundle', 'list-heads', 'p.bundle'), /refs\/orchestrator\/snapshots\/1/);

  const verified = await shown('verify', whole);
  const hash = /state (\w{64})\n$/.exec(verified)?.[1];
  t.like(JSON.parse(await shown('verify', '--json')), { sequence: last, folded: hash });
  t.regex(verified, new RegExp(`: ${last} events up to ${last}, 2 lines, 1 pieces`));
  const away = await runHere(['verify', whole, '--json'], {});
  t.like(JSON.parse(away.stdout), {
    redacted: false,
    through: last,
    sessions: [AGENT],
    place: { name: 'node-0a1b2c3d' },
  });
});

test('an export of an agent, a person, or a part of the log has nothing else', async (t) => {
  const file = join(folder, 'part.tar.gz');
  const subjectsOf = async (...args: string[]) => {
    await shown('export', '-o', file, ...args);
    await shown('verify', file);
    const parts = await partsOf(file);
    const logs = linesOf(parts, 'logs/000001.jsonl').map(({ subject }) => subject);
    return {
      subjects: linesOf(parts, 'events/000001.jsonl').map(({ subject }) => `${subject}`),
      logs,
    };
  };
  const ofAgent = await subjectsOf('--agent', 'other');
  t.true(ofAgent.subjects.length >= 3);
  t.true(ofAgent.subjects.every((subject) => subject.startsWith(`agents.${OTHER}.`)));
  t.deepEqual(ofAgent.logs, [`agents.${OTHER}.log.stdout`]);
  const ofPerson = await subjectsOf('--user', 'telegram/8150815081');
  t.deepEqual(ofPerson.subjects, ['users.telegram.8150815081.allowed']);
  const { subjects } = await subjectsOf('--from', '2', '--to', '4');
  t.is(subjects.length, 3);
  t.is(
    await refused('export', '--agent', 'other', '--user', 'telegram/1', '-o', file),
    '2 ORC_USAGE',
  );
  t.is(await refused('export', '--agent', 'nobody', '-o', file), '1 ORC_AGENT_NOT_FOUND');
});

test('a redacted export says nothing of anybody, and folds', async (t) => {
  const file = join(folder, 'redacted.tar.gz');
  const manifest = await json('export', '--redact', '-o', file);
  const bytes = gunzipSync(await readFile(file)).toString('latin1');
  for (const secret of SECRETS) t.false(bytes.includes(secret), secret);
  t.true(bytes.includes(AGENT));
  t.like(manifest, { redacted: true, sessions: [], counts: { project: 0, session: 0, files: 0 } });
  await shown('verify', file);
  const { state } = await verifyExport(createReadStream(file), await foldVersion());
  t.deepEqual([...state.agents.keys()], [AGENT, OTHER]);
  t.is(state.users.size, server.follower.state.users.size);
});

const HEADER_BYTES = 10;

/** Some bits of deflate say nothing: what fills a byte up, and how long the code of nothing is. */
function isSameContent(changed: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return gunzipSync(changed).equals(gunzipSync(bytes));
  } catch {
    return false;
  }
}

test('an export in which a byte of what it says is another, or is missing, is refused', async (t) => {
  const bytes = await readFile(whole);
  const fold = await foldVersion();
  const verify = (changed: Uint8Array) => verifyExport(Readable.from([changed]), fold);
  await verify(bytes);
  const place = fc.nat({ max: bytes.length - 1 });
  const property = fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, by) => {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ by;
    const says = { name: 'OrchestratorError', message: /./ };
    if (at >= HEADER_BYTES && isSameContent(changed, bytes)) await verify(changed);
    else await t.throwsAsync(verify(changed), says, `${at} ${by}`);
    await t.throwsAsync(verify(bytes.subarray(0, at)), { name: 'OrchestratorError' });
  });
  const header: [number, number][] = Array.from({ length: HEADER_BYTES }, (_, at) => [at, 1]);
  await fc.assert(property, { numRuns: 60, examples: [...header, [bytes.length - 1, 1]] });
  await t.throwsAsync(verify(Buffer.concat([bytes, Buffer.from('x')])), { message: /behind/ });

  const broken = join(folder, 'broken.tar.gz');
  await writeFile(broken, bytes.subarray(0, bytes.length >> 1));
  t.is(await refused('verify', broken), '1 ORC_EXPORT');
  t.is(await refused('verify', join(folder, 'nothing')), '1 ORC_FILE');
  t.is(await refused('verify', folder), '1 ORC_FILE');
});

test('an event that cannot be folded is told with its place, before any hash could be compared', async (t) => {
  const said = gunzipSync(await readFile(whole)).toString('latin1');
  // As long as before: the tar is as it was.
  const untimed = said.replaceAll('"storedtime":"2', '"storedtime":"x');
  const changed = gzipSync(Buffer.from(untimed, 'latin1'));
  gzipHeader.copy(changed);
  await t.throwsAsync(verifyExport(Readable.from([changed]), await foldVersion()), {
    name: 'OrchestratorError',
    message: /^events\/\S+, line \d+: it cannot be folded/,
  });
});

test('an export that fails leaves what was there under its name', async (t) => {
  const file = join(folder, 'kept.tar.gz');
  await writeFile(file, 'before');
  const { code } = await runHere(['export', '-o', file, '--timeout', '100ms'], {
    ...env,
    ORCHESTRATOR_NATS_URL: 'nats://127.0.0.1:1',
  });
  t.is(code, 1);
  const draft = writeNewFile(file, async (target) => {
    target.write('half');
    throw new Error('killed');
  });
  await t.throwsAsync(draft, { message: 'killed' });
  t.is(await readFile(file, 'utf8'), 'before');
  t.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.draft')),
    [],
  );
  t.is(await refused('export', '-o', join(folder, 'no', 'such', 'x')), '1 ORC_OUTPUT');
});

test('GET /export is the same file', async (t) => {
  const url = `${server.url}/export?agent=other`;
  const answer = await fetch(url);
  t.is(answer.status, 200);
  t.is(answer.headers.get('content-type'), 'application/gzip');
  const file = join(folder, 'http.tar.gz');
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  const manifest = await json('verify', file);
  const own = await json('export', '--agent', 'other', '-o', join(folder, 'own.tar.gz'));
  t.is(manifest.stateHash, own.stateHash);
  t.is((await fetch(`${server.url}/export?user=nobody`)).status, 400);
});

test('import: a new data folder has the system of the export, and says with what agents go on', async (t) => {
  const dataDir = await temporaryFolder(t);
  const elsewhere = environment(dataDir, { ORCHESTRATOR_NATS_PORT: String(ownPort(t)) });
  const { code, stdout, stderr } = await runHere(['import', whole], elsewhere);
  t.is(code, 0, stderr);
  t.regex(stdout, new RegExp(`${AGENT} +mender +demo +with its own session\\n`));
  t.regex(stdout, new RegExp(`${OTHER} +other +demo +with a digest of what was said\\n`));
  t.is(await readFile(join(dataDir, 'agents', 'node'), 'utf8'), 'node-0a1b2c3d\n');
  const session = join(dataDir, 'agents', AGENT, '.orchestrator', 'session');
  t.is(await readFile(session, 'utf8'), 'a-session\n');

  const again = await runHere(['import', whole], elsewhere);
  t.is(again.code, 1);
  t.regex(again.stderr, oneLine('ORC_NOT_EMPTY'));
  t.is(await refused('import', join(folder, 'nothing')), '1 ORC_FILE');
});

test('an import that is killed, whenever that is, leaves no system, and the next one makes it', async (t) => {
  const begin = (dataDir: string) => {
    const args = [programOf('orchestrator'), 'import', whole, '--json'];
    const child = spawn(process.execPath, args, {
      env: environment(dataDir),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [printed, said] = [text(child.stdout), text(child.stderr)];
    return { child, ended: once(child, 'close'), printed, said };
  };
  const measured = performance.now();
  const first = begin(dataFolder(t));
  t.deepEqual(await first.ended, [0, null]);
  const wholeMs = performance.now() - measured;
  const { stateHash, through } = JSON.parse(await first.printed);

  const dataDir = dataFolder(t);
  // Behind the one request that makes the log, it has made all of it: a kill there leaves the whole system.
  const isThere = new RegExp(`ORC_NOT_EMPTY: The log has events up to ${through}\\.`);
  for (const part of [0.3, 0.5, 0.6, 0.7, 0.8, 0.9]) {
    const { child, ended, said } = begin(dataDir);
    const timer = setTimeout(() => child.kill('SIGKILL'), part * wholeMs);
    const [code] = await ended;
    clearTimeout(timer);
    // A kill, or it was done sooner.
    if (code === 1) t.regex(await said, isThere);
    else t.true(code === null || code === 0, await said);
  }
  const last = await runHere(['import', whole, '--json'], environment(dataDir));
  if (last.code === 0) t.is(JSON.parse(last.stdout).stateHash, stateHash);
  else t.regex(last.stderr, isThere);
});

test('the commands of docs/take-it-along.md do what it says', async (t) => {
  const page = await readFile(join(import.meta.dirname, '../../docs/take-it-along.md'), 'utf8');
  const commands = [...page.matchAll(/^orchestrator ((?:export|verify) .*)$/gm)];
  t.true(commands.length >= 5);
  for (const [, line = ''] of commands) {
    const args = line
      .split(' ')
      .map((word) => (word.endsWith('.tar.gz') ? join(folder, word) : word));
    t.regex(await shown(...args), /\.tar\.gz: \d+ events up to \d+, .*; state \w{64}\n$/);
  }
});
