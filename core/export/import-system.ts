import { createHash, randomBytes } from 'node:crypto';
import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ExportManifest, ExportPart } from '../../schemas/export-manifest.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { hashSystem, initialSystem } from '../domain/system-state.ts';
import { ARCHIVE_STREAM, ensureArchive } from '../log/archive-bucket.ts';
import { logIdentityOf } from '../log/archive-catalogue.ts';
import type { LogConnection } from '../log/connection.ts';
import { FutureSegments } from '../log/future-segments.ts';
import type { StoredRecord } from '../log/last.ts';
import { ID_KEY_ENTRY } from '../log/message-id.ts';
import { read } from '../log/read.ts';
import { bringRecords } from './bring-records.ts';
import { damaged } from './damaged.ts';
import { type ReadPart, readExport } from './export-reader.ts';
import { linesOf } from './lines.ts';
import { folderOf, MESSAGES, readLine } from './verify-export.ts';

/** What is beside the log, as it is put where the spawner looks for it. */
export interface BroughtBeside {
  /** Takes away what an import that did not come to its end has left. Throws ORC_NOT_EMPTY. */
  begin(isAgain: boolean): Promise<void>;
  take(part: ReadPart): Promise<void>;
  /** Before the log is there. */
  finish(): Promise<void>;
}

export interface ImportOptions {
  connection: LogConnection;
  /** Another to the same server, for a look at what has become of it. */
  look: () => Promise<LogConnection>;
  /** Of the export, which was verified. */
  manifest: ExportManifest;
  /** Its bytes, once more. */
  bytes: AsyncIterable<Uint8Array>;
  beside: BroughtBeside;
  /** Is told each step when it is done. */
  progress?: ((step: ImportStep) => void) | undefined;
}

export type ImportStep = 'begun' | 'events' | 'lines' | 'beside' | 'whole';

/** Stands in the metadata of LOGS while an import is under way. */
const MARK = 'orchestrator.import';

/**
 * Makes the system of an export in a NATS that has none. Its events become files of the archive of the log, with
 * their sequences and times, and EVENTS is made last, beginning behind them: before that there is no system, and from
 * then on it is whole, whenever the process is killed. An import that did not come to its end begins anew.
 *
 * Throws ORC_NOT_EMPTY, ORC_EXPORT where the file has changed since it was verified, ORC_MISMATCH where what was
 * stored folds to another state (there is no system then), and as appending does.
 */
export async function importSystem(options: ImportOptions): Promise<void> {
  const { connection, manifest, beside, progress } = options;
  if (manifest.counts.events === 0) {
    throw new OrchestratorError('ORC_BAD_INPUT', 'The export has no events');
  }
  const jsm = await connection.jsm();
  const config = await emptyConfig(jsm);
  const isAgain = await begin(jsm);
  await beside.begin(isAgain);
  await ensureArchive(connection);
  // Nobody can append, and no service can begin, until it is there again.
  await jsm.streams.delete('EVENTS');
  progress?.('begun');
  const key = randomBytes(32).toString('base64url');
  await bringParts(options, logIdentityOf(key));
  await beside.finish();
  progress?.('beside');
  await jsm.streams.add({ ...config, ...beginningBehind(manifest.through, config, key) });
  await requireSameState(options, jsm);
  await unmark(jsm);
  progress?.('whole');
}

/** How EVENTS is set up. Throws ORC_NOT_EMPTY where something stands in it. */
async function emptyConfig(jsm: JetStreamManager): Promise<StreamConfig> {
  const { config, state } = await jsm.streams.info('EVENTS');
  if (state.last_seq === 0) return config;
  throw new OrchestratorError('ORC_NOT_EMPTY', `The log has events up to ${state.last_seq}`);
}

/** Whether an earlier import did not come to its end; what it had stored is taken away. */
async function begin(jsm: JetStreamManager): Promise<boolean> {
  const { config } = await jsm.streams.info('LOGS');
  const isAgain = config.metadata?.[MARK] !== undefined;
  for (const stream of ['LOGS', 'FILES'] as const) {
    const { state } = await jsm.streams.info(stream);
    if (state.messages === 0) continue;
    if (!isAgain) {
      throw new OrchestratorError('ORC_NOT_EMPTY', `${stream} has ${state.messages} messages`);
    }
    await jsm.streams.purge(stream);
  }
  if (isAgain) await jsm.streams.purge(ARCHIVE_STREAM).catch(() => undefined);
  await jsm.streams.update('LOGS', {
    ...config,
    metadata: { ...config.metadata, [MARK]: 'begun' },
  });
  return isAgain;
}

async function unmark(jsm: JetStreamManager): Promise<void> {
  const { config } = await jsm.streams.info('LOGS');
  const { [MARK]: _, ...metadata } = config.metadata ?? {};
  await jsm.streams.update('LOGS', { ...config, metadata });
}

const beginningBehind = (through: number, { metadata }: StreamConfig, key: string) => ({
  first_seq: through + 1,
  metadata: {
    ...Object.fromEntries(
      Object.entries(metadata ?? {}).filter(([name]) => !name.startsWith('_nats.')),
    ),
    [ID_KEY_ENTRY]: key,
  },
});

/** Each part is held to its hash before anything of it is stored. */
async function bringParts(
  { connection, manifest, bytes, beside, progress }: ImportOptions,
  log: string,
): Promise<void> {
  const byName = new Map(manifest.parts.map((part) => [part.name, part]));
  const lastOfEvents = manifest.parts.findLast(({ kind }) => kind === 'events')?.name;
  const segments = new FutureSegments(connection.nc, log);
  let from = 1;
  let at: string = 'events';
  const again = await readExport(bytes, async (part) => {
    const kind = folderOf(part.name);
    if (at === 'events' && kind !== at) progress?.('events');
    if (kind !== at && (kind === 'projects' || kind === 'sessions')) progress?.('lines');
    at = kind;
    const read = MESSAGES[kind];
    if (read === undefined) {
      await beside.take(part);
      return;
    }
    const records = await recordsOf(part, byName.get(part.name), read);
    if (kind !== 'events') {
      await bringRecords(connection.nc, records, kind);
      return;
    }
    const to = part.name === lastOfEvents ? manifest.through : (records.at(-1)?.sequence ?? from);
    await segments.store(records, from, to);
    from = to + 1;
  });
  if (again.stateHash !== manifest.stateHash) throw damaged('the file', 'it is another by now');
}

async function recordsOf(
  { name, content }: ReadPart,
  part: ExportPart | undefined,
  read: (line: string) => StoredRecord,
): Promise<StoredRecord[]> {
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const records: StoredRecord[] = [];
  for await (const line of linesOf(hashed(), name)) records.push(readLine(read, line, name));
  if (hash.digest('hex') !== part?.sha256) throw damaged(name, 'its hash is another');
  return records;
}

/** Read as everybody will read it. Where it is otherwise, there is no system. */
async function requireSameState(
  { look, manifest: { through, stateHash } }: ImportOptions,
  jsm: JetStreamManager,
): Promise<void> {
  const connection = await look();
  const state = initialSystem();
  const range = { stream: 'EVENTS', from: { sequence: 1 }, until: through } as const;
  for await (const message of read(connection, range)) foldMessage(state, message);
  if (hashSystem(state) === stateHash) return;
  await jsm.streams.delete('EVENTS');
  throw new OrchestratorError('ORC_EXPORT', 'What was stored folds to another state');
}
