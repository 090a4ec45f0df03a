import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { nextInfo } from './archive-bucket.ts';
import { type ArchivedSegment, segmentOf } from './archived-segment.ts';
import { idKey } from './id-key.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** What is archived of EVENTS. */
export interface ArchiveCatalogue {
  /** In order, without a gap between them. */
  readonly segments: readonly ArchivedSegment[];
  /** The place in the bucket of the last object that was made visible, 0 for none. */
  readonly place: number;
}

const NOTHING: ArchiveCatalogue = { segments: [], place: 0 };

/** By connection: what is once visible never changes, so each look brings only what is new. */
const known = new WeakMap<NatsConnection, ArchiveCatalogue>();

/**
 * The catalogue as of now: one request where nothing is new. What it has is in the archive whole; a
 * stretch stands here before it leaves EVENTS. Throws ORC_ARCHIVE where a stretch between two others
 * is missing, and as reading does.
 */
export async function archiveCatalogue(nc: NatsConnection): Promise<ArchiveCatalogue> {
  const before = known.get(nc) ?? NOTHING;
  const found: ArchivedSegment[] = [];
  let { place } = before;
  for (;;) {
    const next = await nextInfo(nc, place + 1);
    if (next === undefined) break;
    place = next.place;
    const segment = next.info && segmentOf(next.info);
    if (segment !== undefined) found.push(segment);
  }
  if (place === before.place) return before;
  const log = await logIdentity(nc);
  const own = found.filter((segment) => segment.log === log);
  const segments = latest([...before.segments, ...own]);
  for (const [at, { to }] of segments.entries()) assertNext(to, segments[at + 1]);
  const catalogue = { segments, place };
  // Another look may have seen more meanwhile.
  if (place > (known.get(nc)?.place ?? 0)) known.set(nc, catalogue);
  return catalogue;
}

/** In their order; of one that was written anew, since something was erased from it, what was written last. */
const latest = (found: readonly ArchivedSegment[]): ArchivedSegment[] =>
  [...new Map(found.map((segment) => [segment.name, segment])).values()].sort(
    (a, b) => a.from - b.from,
  );

function assertNext(to: number, next: ArchivedSegment | undefined): void {
  if (next === undefined || next.from === to + 1) return;
  throw new OrchestratorError('ORC_ARCHIVE', `The events from ${to + 1} to ${next.from - 1}`);
}

/** The last sequence that is archived, 0 for none. */
export const archivedThrough = ({ segments }: ArchiveCatalogue): number => segments.at(-1)?.to ?? 0;

/** Which log this is: one that was made anew has another, and the archive of the old one is not its own. */
export const logIdentity = async (nc: NatsConnection): Promise<string> =>
  logIdentityOf((await idKey(nc, ACK_TIMEOUT_MS)) ?? '');

/** The same of the key of a log. Pure. */
export const logIdentityOf = (key: string): string =>
  createHash('sha256').update(`archive ${key}`).digest('hex').slice(0, 12);
