import { pause } from '../../platform/async/delay.ts';
import { YOUNGEST_ARCHIVED_MS } from '../../schemas/limits.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { append } from './append.ts';
import { appendError } from './append-result.ts';
import { nextStretch, type Stretch } from './archivable.ts';
import { dropChunks, ensureArchive, putInfo } from './archive-bucket.ts';
import { archiveCatalogue, archivedThrough, logIdentity } from './archive-catalogue.ts';
import { ARCHIVED, lastStated } from './archived-event.ts';
import { type ArchivedSegment, readSegment } from './archived-segment.ts';
import type { LogConnection } from './connection.ts';
import { writeSegment } from './write-segment.ts';

export interface ArchiveOptions {
  /** What was stored before this instant, but never what is younger than `youngestMs`. */
  before: Date;
  /** `ce-source` of what is stated, such as `orchestrator/projections`. */
  source: string;
  clock?: (() => Date) | undefined;
  /** Bytes of messages a file; 4 MiB. */
  segmentBytes?: number | undefined;
  /** What does not fill a file is left until its first event is so much older than `before`; 0. */
  fillMs?: number | undefined;
  /** Two days, and in production never less: see {@link YOUNGEST_ARCHIVED_MS}. */
  youngestMs?: number | undefined;
  /** How long after it was stated what is archived leaves EVENTS; 10 seconds. */
  graceMs?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Is told each step once it is done, and waited for. */
  progress?: ((step: ArchiveStep, detail: string) => Promise<void> | void) | undefined;
}

export type ArchiveStep = 'written' | 'visible' | 'stated' | 'removed';

const SEGMENT_BYTES = 4 * 1024 * 1024;

/**
 * An append or a read that looked into the archive before the stretch was in it is over by then: twice
 * of what a request may take.
 */
const GRACE_MS = 10_000;

/** Files that are stored before what they have leaves EVENTS: for so long both take room. */
const ROUND = 16;

/**
 * Archives what is old of EVENTS, a file after the other, and takes it away there. Resolves with what
 * it has made, when nothing is left to do or the signal aborts.
 *
 * Each step stands before the next begins: a file is written and read back, becomes visible, is read
 * back and stated in the log (`log.archived`), and then its events leave EVENTS. Wherever that ends, the
 * next run goes on; of two at the same time one has each place, by what the writes expect.
 *
 * Throws ORC_ARCHIVE, ORC_NOT_REACHABLE, ORC_STORAGE_FULL and the like.
 */
export async function archiveEvents(
  connection: LogConnection,
  options: ArchiveOptions,
): Promise<ArchivedSegment[]> {
  await ensureArchive(connection);
  const made: ArchivedSegment[] = [];
  for (let some: ArchivedSegment[] = []; ; ) {
    some = await storeSome(connection, options);
    made.push(...some);
    await stateStored(connection, options);
    await removeStated(connection, options);
    if (some.length === 0 || options.signal?.aborted) return made;
  }
}

/** Stores the next files. */
async function storeSome(
  connection: LogConnection,
  options: ArchiveOptions,
): Promise<ArchivedSegment[]> {
  const { segmentBytes: bytes = SEGMENT_BYTES, signal } = options;
  const jsm = await connection.jsm();
  const made: ArchivedSegment[] = [];
  const before = latest(options);
  while (made.length < ROUND && !signal?.aborted) {
    const { state } = await jsm.streams.info('EVENTS');
    const catalogue = await archiveCatalogue(connection.nc);
    const from = Math.max(archivedThrough(catalogue) + 1, firstOf(catalogue, state.first_seq));
    const stretch = await nextStretch(connection, { from, before, bytes });
    if (stretch === undefined || !isDue(stretch, before, options)) break;
    const stored = await store(connection, stretch, catalogue.place, options);
    if (stored !== undefined) made.push(stored);
  }
  return made;
}

/** Only before the first file is there anything to skip: what was removed by hand. */
const firstOf = ({ segments }: { segments: readonly unknown[] }, first: number): number =>
  segments.length === 0 ? Math.max(1, first) : 1;

function latest({
  before,
  clock = () => new Date(),
  youngestMs = YOUNGEST_ARCHIVED_MS,
}: ArchiveOptions): Date {
  return new Date(Math.min(before.getTime(), clock().getTime() - youngestMs));
}

function isDue({ isFull, records }: Stretch, before: Date, { fillMs = 0 }: ArchiveOptions) {
  const [first] = records;
  return isFull || (first && Date.parse(first.time) < before.getTime() - fillMs) === true;
}

/** Undefined where somebody else was first. */
async function store(
  connection: LogConnection,
  stretch: Stretch,
  expectedPlace: number,
  { progress }: ArchiveOptions,
): Promise<ArchivedSegment | undefined> {
  const { nc } = connection;
  const log = await logIdentity(nc);
  const { written, info } = await writeSegment(nc, stretch.records, { log, ...stretch });
  const { name, nuid: own } = written;
  try {
    await readSegment(nc, written);
  } catch (error) {
    // Who was first takes away what others have begun.
    if ((await archiveCatalogue(nc)).place !== expectedPlace) return undefined;
    throw error;
  }
  await progress?.('written', name);
  const result = await putInfo(nc, info, expectedPlace);
  if (!result.ok && result.error !== 'conflict') throw appendError(result);
  if (result.ok) await progress?.('visible', name);
  // Nobody else's file of this stretch, or of one before it, can become visible any more.
  const { segments } = await archiveCatalogue(nc);
  const visible = new Set(segments.map(({ nuid: used }) => used));
  const isPast = (used: string) => startOf(used, log) <= (result.ok ? stretch.from : 0);
  await dropChunks(connection, (used) => !visible.has(used) && (used === own || isPast(used)));
  return result.ok ? segments.find(({ nuid: used }) => used === own) : undefined;
}

/** The first sequence of a file by the name of its pieces, `<log>-<first>-<nuid>`; of another log, none. */
function startOf(used: string, log: string): number {
  const [of, first] = used.split('-');
  return of === log ? Number(first) : Number.POSITIVE_INFINITY;
}

/** States what is stored and not stated yet, one file after the other. */
async function stateStored(
  { nc }: LogConnection,
  { source, progress, clock = () => new Date() }: ArchiveOptions,
): Promise<void> {
  for (;;) {
    const stated = await lastStated(nc);
    const { segments } = await archiveCatalogue(nc);
    const segment = segments.find(({ to }) => to > stated.to);
    if (segment === undefined) return;
    await readSegment(nc, segment);
    const { log, from, to, events, bytes, sha256, name: object } = segment;
    const data = { from, to, events, bytes, sha256, object };
    const meta = { id: `log.archived:${log}:${from}-${to}`, source, now: clock() };
    const event = newEvent('log.archived', { stream: 'EVENTS' }, data, meta);
    const expect = { filter: ARCHIVED, sequence: stated.sequence };
    const result = await append(nc, event, { expect });
    if (!result.ok && result.error !== 'conflict') throw appendError(result);
    if (result.ok) await progress?.('stated', object);
  }
}

/** Takes away what is stated as archived. */
async function removeStated(
  connection: LogConnection,
  { graceMs = GRACE_MS, signal, progress }: ArchiveOptions,
): Promise<void> {
  const jsm = await connection.jsm();
  const { to } = await lastStated(connection.nc);
  const { state } = await jsm.streams.info('EVENTS');
  if (to === 0 || state.first_seq > to) return;
  if (!(await pause(graceMs, signal))) return;
  await jsm.streams.purge('EVENTS', { seq: to + 1 });
  await progress?.('removed', `EVENTS up to ${to}`);
}
