import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { foldMessage } from '../../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../../core/domain/system-state.ts';
import { exportSystem } from '../../../core/export/export-system.ts';
import { type ImportStep, importSystem } from '../../../core/export/import-system.ts';
import { verifyExport } from '../../../core/export/verify-export.ts';
import type { LogConnection } from '../../../core/log/connection.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import { ensureStreams } from '../../../core/log/streams.ts';
import { BesideLog } from '../../../platform/export/beside-log.ts';
import { BringBeside } from '../../../platform/export/bring-beside.ts';
import type { ExportManifest } from '../../../schemas/export-manifest.ts';
import { ToldLog } from '../../projections/console/support/told-log.ts';
import { gitOf, ownFolder, repositoryWith, systemGit } from '../../support/git.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';

const AGENT = 'agent-0123456789ab';
const FOLD = 'fold-of-the-test';
const PROGRAMS = { orchestrator: '1', node: '24', natsServer: '2', fold: FOLD };

const leavings: (() => unknown)[] = [];
let nats: TestNats;
let folder: string;
let file: string;
let manifest: ExportManifest;

test.before(async (t) => {
  const own = { title: t.title, teardown: (undo: () => unknown) => leavings.push(undo) };
  nats = await startTestNats(own);
  folder = ownFolder(own);
  const told = new ToldLog(nats.log);
  await told.agent(AGENT, 'mender');
  await told.turn(AGENT, 'm-1', 'Mend it');
  await told.says('response.answer', AGENT, { text: 'Mended' });
  await told.endTurn(AGENT, 'm-1');
  await told.tell('project.created', { projectId: 'p-1' }, { name: 'shop' });
  await told.file(AGENT, 'a.txt', 'A file');
  const piece = { position: '1', bytes: Buffer.from('A line'), continued: false };
  const of = { runId: 'run-1', source: 'orchestrator/test', time: new Date().toISOString() };
  const printed = await nats.log.appendLog(`agents.${AGENT}.log.stdout`, [piece], {
    ...of,
    expectedLast: 0,
  });
  t.true(printed.ok);
  const data = join(folder, 'before');
  repositoryWith(join(data, 'agents', AGENT, '.claude', 'projects', dashed(workspace(data))), {
    's.jsonl': '{}',
  });
  await writeFile(join(data, 'agents', 'node'), 'node-0a1b2c3d\n');
  const work = repositoryWith(join(folder, 'work'), { 'a.txt': 'a' });
  gitOf(work, 'update-ref', 'refs/orchestrator/snapshots/1', 'HEAD');
  gitOf(folder, 'clone', '--quiet', '--mirror', work, join(data, 'projects', 'p-1.git'));
  file = join(folder, 'system.tar.gz');
  manifest = await exported(file, data);
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

const workspace = (data: string): string => join(data, 'agents', AGENT, 'workspace');
const dashed = (path: string): string => path.replaceAll(/[^A-Za-z0-9]/g, '-');
const pathsOf = (data: string) => ({
  agents: join(data, 'agents'),
  projects: join(data, 'projects'),
});

function exported(target: string, data: string): Promise<ExportManifest> {
  return exportSystem(nats.log, {
    beside: new BesideLog(pathsOf(data), () => systemGit(folder)),
    programs: PROGRAMS,
    target: createWriteStream(target),
    now: new Date(),
  });
}

/** As a server that nobody has used. */
async function emptied({ connection }: TestNats): Promise<void> {
  const jsm = await connection.jsm();
  for await (const name of jsm.streams.names()) await jsm.streams.delete(name);
  await ensureStreams(connection, { replicas: 1, storage: 'file' });
}

/** With connections of its own, as a command has them. */
async function imported(
  data: string,
  { from = file, until }: { from?: string; until?: ImportStep } = {},
): Promise<void> {
  const connection = await nats.connect();
  const beside = new BringBeside(
    pathsOf(data),
    manifest,
    () => systemGit(folder),
    () => 'main',
  );
  await importSystem({
    connection,
    look: () => nats.connect(),
    manifest,
    bytes: createReadStream(from),
    beside,
    progress: (step) => {
      if (step === until) throw new Error(`killed at ${step}`);
    },
  });
}

async function stateOf(connection: LogConnection): Promise<{ hash: string; events: number }> {
  const state = initialSystem();
  let events = 0;
  const log = new EventLog(connection);
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    foldMessage(state, message);
    events += 1;
  }
  return { hash: hashSystem(state), events };
}

test.serial(
  'an import is the same log, with its sequences, times and state, and goes on behind it',
  async (t) => {
    await emptied(nats);
    const data = join(folder, 'after');
    await imported(data);
    const connection = await nats.connect();
    const { hash, events } = await stateOf(connection);
    t.is(hash, manifest.stateHash);
    t.is(events, manifest.counts.events);

    const second = join(folder, 'second.tar.gz');
    const own = new EventLog(connection);
    const again = await exportSystem(own, {
      beside: new BesideLog(pathsOf(data), () => systemGit(folder)),
      programs: PROGRAMS,
      target: createWriteStream(second),
      now: new Date(),
    });
    t.is(again.stateHash, manifest.stateHash);
    const eventsOf = ({ parts }: ExportManifest) =>
      parts.filter(({ kind }) => kind === 'events').map(({ sha256 }) => sha256);
    t.deepEqual(eventsOf(again), eventsOf(manifest), 'byte for byte');
    t.like(again.counts, { logs: 1, files: 1, project: 1 });
    t.is(again.counts.session, manifest.counts.session);
    t.is(again.place?.name, 'node-0a1b2c3d');
    t.regex(
      gitOf(join(data, 'projects', 'p-1.git'), 'for-each-ref'),
      /refs\/orchestrator\/snapshots\/1/,
    );
    const sessions = await readdir(join(data, 'agents', AGENT, '.claude', 'projects'));
    t.deepEqual(sessions, [dashed(workspace(data))], 'where the CLI will look for it');

    const told = new ToldLog(own);
    await told.turn(AGENT, 'm-2', 'And this');
    t.is(
      (await own.last('EVENTS', `agents.${AGENT}.command.send`))?.sequence,
      manifest.through + 1,
    );
    await told.says('response.answer', AGENT, { text: 'This too' });
    const heard = await own.heard(`agents.${AGENT}.response.>`);
    t.true(heard > manifest.through, 'what agents say comes into the new log');
    await t.throwsAsync(imported(join(folder, 'third')), { message: /has events up to/ });
  },
);

for (const until of ['begun', 'events', 'lines', 'beside'] as const) {
  test.serial(
    `an import that is killed at "${until}" leaves no system, and can be begun again`,
    async (t) => {
      await emptied(nats);
      const data = join(folder, `killed-${until}`);
      await t.throwsAsync(imported(data, { until }), { message: `killed at ${until}` });
      const jsm = await (await nats.connect()).jsm();
      await t.throwsAsync(jsm.streams.info('EVENTS'), { message: /not found/ });
      // What a start would do.
      await ensureStreams(await nats.connect(), { replicas: 1, storage: 'file' });
      t.is((await stateOf(await nats.connect())).events, 0);
      await imported(data);
      t.is((await stateOf(await nats.connect())).hash, manifest.stateHash);
      const lines = await (await nats.connect()).jsm();
      t.is((await lines.streams.info('LOGS')).state.messages, 1);
    },
  );
}

test.serial(
  'an import of a file that has changed since it was verified leaves no system',
  async (t) => {
    await emptied(nats);
    const changed = join(folder, 'changed.tar.gz');
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await writeFile(changed, bytes);
    await t.throwsAsync(verifyExport(createReadStream(changed), FOLD), {
      name: 'OrchestratorError',
    });
    await t.throwsAsync(imported(join(folder, 'changed'), { from: changed }), {
      name: 'OrchestratorError',
    });
    await ensureStreams(await nats.connect(), { replicas: 1, storage: 'file' });
    t.is((await stateOf(await nats.connect())).events, 0);
  },
);
