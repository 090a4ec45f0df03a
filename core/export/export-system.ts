import type { Writable } from 'node:stream';
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportManifest,
  type ExportPart,
  type PartKind,
  partKind,
} from '../../schemas/export-manifest.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { hashSystem, initialSystem, type SystemState } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import { foundMessage, type StoredRecord } from '../log/last.ts';
import { segmentRecord } from '../log/segment-text.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { type NamedRange, type PlacedRange, rangeOf } from '../operator/range-in-log.ts';
import { lineOfRecord } from './event-line.ts';
import { ExportWriter, type WantedPart } from './export-writer.ts';
import { packedLines } from './lines.ts';
import { redactRecord } from './redact-record.ts';
import { Selected, type Whose } from './selected.ts';
import { StandIns } from './stand-ins.ts';

/** What is beside the log: repositories and sessions, which are files of a machine. */
export interface Beside {
  /** Whether one is wanted. */
  parts(wanted: Pick<Selected, 'hasAgent' | 'hasProject'>): AsyncIterable<WantedPart>;
  /** Known when all parts were taken. */
  readonly sessions: readonly string[];
  readonly leftOut: readonly string[];
  readonly place: ExportManifest['place'];
}

export interface ExportOptions extends Whose, NamedRange {
  /** Stand-ins for names and texts; what is beside the log, and the contents of files, are left out. */
  redact?: boolean | undefined;
  beside: Beside;
  programs: ExportManifest['programs'];
  /** Ended with the export. */
  target: Writable;
  now: Date;
  signal?: AbortSignal | undefined;
}

/** What a redacted export says of what is not in it. */
const NOT_REDACTED = [
  'files: what they have cannot be replaced by stand-ins',
  'projects: what they have cannot be replaced by stand-ins',
  'sessions: what they have cannot be replaced by stand-ins',
];

/**
 * Writes what a system is into one file: its events, output, files, and what is beside them; as of the log's end at
 * the call. Streamed: no more than a part of 4 MiB and the folded state is in memory. Resolves with the manifest when
 * the target has everything. Throws as reading the log does, and what the target says; the target is then destroyed.
 */
export async function exportSystem(log: EventLog, options: ExportOptions): Promise<ExportManifest> {
  const writer = new ExportWriter(options.target);
  try {
    await writer.begin();
    return await writeAll(log, writer, options);
  } catch (error) {
    throw await writer.abort(error);
  }
}

async function writeAll(
  log: EventLog,
  writer: ExportWriter,
  options: ExportOptions,
): Promise<ExportManifest> {
  const { redact = false, beside, signal } = options;
  const range = await rangeOf(log, options, signal);
  const selected = await Selected.of(log, options, signal);
  const standIns = redact ? new StandIns() : undefined;
  const shown = (record: StoredRecord) =>
    standIns === undefined ? record : redactRecord(record, standIns);
  const state = initialSystem();
  const events = eventLines(log, range, { selected, shown, state, signal });
  await addLines(writer, 'events', events);
  const lines = otherLines(log, 'LOGS', range, { selected, shown, signal });
  await addLines(writer, 'logs', lines);
  if (!redact) {
    const pieces = otherLines(log, 'FILES', range, { selected, shown, signal });
    await addLines(writer, 'files', pieces);
    for await (const part of beside.parts(selected)) await writer.add(part);
  }
  const manifest: ExportManifest = {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    exportedAt: options.now.toISOString(),
    programs: options.programs,
    selection: selectionOf(options, range, standIns),
    redacted: redact,
    counts: countsOf(writer.parts),
    through: range.until,
    stateHash: hashSystem(state),
    ...(!redact && beside.place && { place: beside.place }),
    sessions: redact ? [] : [...beside.sessions],
    leftOut: redact ? NOT_REDACTED : [...beside.leftOut],
    parts: writer.parts,
  };
  await writer.finish(manifest);
  return manifest;
}

interface Taken {
  selected: Selected;
  shown: (record: StoredRecord) => StoredRecord;
  signal?: AbortSignal | undefined;
}

/** Folds them on the way, as whoever reads them will. */
async function* eventLines(
  log: EventLog,
  { first, until }: PlacedRange,
  { selected, shown, state, signal }: Taken & { state: SystemState },
): AsyncGenerator<string> {
  for await (const message of log.read({
    stream: 'EVENTS',
    from: { sequence: first },
    until,
    signal,
  })) {
    if (!selected.takes(message)) continue;
    const record = shown(recordOf(message));
    foldMessage(state, foundMessage(record));
    yield lineOfRecord(record);
  }
  signal?.throwIfAborted();
}

/** Those of the time of the range. */
async function* otherLines(
  log: EventLog,
  stream: 'LOGS' | 'FILES',
  { start, end }: PlacedRange,
  { selected, shown, signal }: Taken,
): AsyncGenerator<string> {
  const from = start === undefined ? { sequence: 1 } : { time: start };
  for await (const message of log.read({ stream, from, signal })) {
    if (end !== undefined && message.time > end) break;
    if (!selected.takesSubject(message.subject)) continue;
    yield JSON.stringify(segmentRecord.write(shown(recordOf(message))));
  }
  signal?.throwIfAborted();
}

function recordOf(message: StoredMessage): StoredRecord {
  const record = message.record?.();
  if (record === undefined) throw new Error(`the message ${message.sequence} is of no stream`);
  return record;
}

/** Digits of the number of a part: so many that names sort as they follow each other. */
const DIGITS = 6;

async function addLines(
  writer: ExportWriter,
  kind: 'events' | 'logs' | 'files',
  lines: AsyncIterable<string>,
): Promise<void> {
  let number = 0;
  for await (const { bytes, count } of packedLines(lines)) {
    number += 1;
    const name = `${kind}/${String(number).padStart(DIGITS, '0')}.jsonl`;
    await writer.add({ name, kind, count, bytes: bytes.length, content: [bytes] });
  }
}

/** Of every kind, also of those of which there is nothing. */
export function countsOf(
  parts: readonly Pick<ExportPart, 'kind' | 'count'>[],
): Record<PartKind, number> {
  const counts = { events: 0, logs: 0, files: 0, project: 0, session: 0 };
  for (const { kind, count } of parts) counts[partKind.parse(kind)] += count;
  return counts;
}

function selectionOf(
  { agentId, person, from, to }: ExportOptions,
  { first, until }: PlacedRange,
  standIns: StandIns | undefined,
): ExportManifest['selection'] {
  const userId = person && (standIns?.text(person.userId) ?? person.userId);
  return {
    ...(agentId !== undefined && { agent: agentId }),
    ...(person && { user: `${person.channel}/${userId}` }),
    ...(from !== undefined && { from: first }),
    ...(to !== undefined && { to: until }),
  };
}
