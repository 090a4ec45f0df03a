import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem, serializeSystem } from '../../core/domain/system-state.ts';
import { exportSystem } from '../../core/export/export-system.ts';
import { importSystem } from '../../core/export/import-system.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { foundMessage, type StoredRecord } from '../../core/log/last.ts';
import { patched } from '../../core/operator/json-patch.ts';
import { WatchedFold } from '../../core/operator/watched-fold.ts';
import { StateHistory } from '../../core/projection/state-history.ts';
import { BringBeside } from '../../platform/export/bring-beside.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { systemGit } from '../support/git.ts';
import { judged, shownDifferences } from '../support/judged-log.ts';
import { startTestNats, temporaryFolder } from '../support/nats.ts';
import { random } from '../support/random.ts';
import { recordedDay } from '../support/recorded-day/day.ts';

/** `npm run chaos` has a whole day; each `npm test` an hour of one. */
const EVENTS = Number(process.env.CHAOS_DAY_EVENTS ?? 3_000);
const PLACES = EVENTS >= 50_000 ? 200 : 20;
const PAIRS = EVENTS >= 50_000 ? 20 : 5;

const { seed, next } = random();
const day = recordedDay({ seed, events: EVENTS });
const { messages } = day;
const signal = AbortSignal.timeout(600_000);

/** A log that is read from memory. */
const log = {
  async *read({ from, until = messages.length }: Parameters<EventLog['read']>[0]) {
    const first = 'sequence' in from ? from.sequence : 1;
    yield* messages.slice(first - 1, until) as ReturnType<EventLog['read']> extends AsyncIterable<
      infer M
    >
      ? M[]
      : never;
  },
} as Pick<EventLog, 'read'>;

test('a recorded day has what a day has', (t) => {
  const types = new Set(messages.map((message) => message.header('ce-type')));
  const agents = new Set(
    messages.flatMap(({ subject }) => /^agents\.(agent-\w+)/.exec(subject)?.[1] ?? []),
  );
  t.log(
    `seed ${seed}: ${messages.length} events of ${types.size} types, ${agents.size} agents, to ${day.date.toISOString()}`,
  );
  t.true(agents.size >= 20);
  for (const type of [
    'process.exited',
    'process.interrupted',
    'job.completed',
    'delivery.confirmed',
    'turn.failed',
  ]) {
    t.true(types.has(type), type);
  }
});

test('what was decided on a recorded day is what is decided anew', (t) => {
  const verdict = judged(messages);
  t.log(`${verdict.differ} of ${verdict.decisions} decisions differ`);
  t.deepEqual(shownDifferences(verdict), []);
});

test('the state as of any place of a recorded day is the fold from zero to there', async (t) => {
  const history = new StateHistory(log);
  const places = Array.from({ length: PLACES }, () => 1 + next(messages.length));
  const folded = foldedAt(new Set(places));
  for (const place of places) {
    t.is<string | undefined, string | undefined>(
      hashSystem(await history.at(place, signal)),
      folded.get(place),
      `as of ${place}`,
    );
  }
  t.log(`${PLACES} places`);
});

test('the difference of two places of a recorded day, made on the state of the first, gives that of the second', async (t) => {
  const history = new StateHistory(log);
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const [from = 0, to = 0] = [next(messages.length), next(messages.length)].sort((a, b) => a - b);
    const before = await history.at(from, signal);
    const plain: unknown = JSON.parse(serializeSystem(before));
    const fold = new WatchedFold(before);
    for (const message of messages.slice(from, to)) fold.take(message);
    const after: unknown = JSON.parse(serializeSystem(await history.at(to, signal)));
    t.deepEqual(patched(plain, fold.changes()), after, `${from} to ${to}`);
  }
});

/** The hashes of the state as of these places, of one fold from the first event. */
function foldedAt(places: ReadonlySet<number>): Map<number, string> {
  const state = initialSystem();
  const hashes = new Map<number, string>();
  for (const message of messages) {
    foldMessage(state, message);
    if (places.has(message.sequence)) hashes.set(message.sequence, hashSystem(state));
  }
  return hashes;
}

test('the export of a recorded day makes its state anew where nothing is', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'day.tar.gz');
  const stored = day.lines.map((line) => foundMessage(recordOf(line)));
  const read = async function* ({
    stream,
    until = stored.length,
  }: Parameters<EventLog['read']>[0]) {
    if (stream === 'EVENTS') yield* stored.slice(0, until);
  };
  const lastSequence = () => Promise.resolve(stored.length);
  const nothingBeside = { parts: nothing, sessions: [], leftOut: [], place: undefined };
  const programs = { orchestrator: '1', node: '24', natsServer: '2', fold: 'of the test' };
  const target = createWriteStream(file);
  const options = { beside: nothingBeside, programs, target, now: new Date() };
  // The rest of a log is not asked for by an export.
  const manifest = await exportSystem({ read, lastSequence } as unknown as EventLog, options);
  const state = initialSystem();
  for (const message of stored) foldMessage(state, message);
  t.is(manifest.stateHash, hashSystem(state));

  const nats = await startTestNats(t);
  const beside = new BringBeside(
    dataPaths(folder),
    manifest,
    () => systemGit(folder),
    () => 'main',
  );
  const { connection } = nats;
  const look = () => nats.connect();
  await importSystem({ connection, look, manifest, bytes: createReadStream(file), beside });
  const there = initialSystem();
  for await (const message of nats.log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    foldMessage(there, message);
  }
  t.is(hashSystem(there), manifest.stateHash);
});

async function* nothing(): AsyncGenerator<never, void, undefined> {}

/** As a stream has it. */
function recordOf({ headers, data, ...line }: (typeof day.lines)[number]): StoredRecord {
  const block = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(`NATS/1.0\r\n${block.join('')}\r\n`);
  return { ...line, headers: bytes, payload: Buffer.from(JSON.stringify(data)) };
}
