import type { NatsConnection } from '@nats-io/transport-node';
import { type ArchiveCatalogue, archiveCatalogue } from './archive-catalogue.ts';
import { type ArchivedSegment, mayHave, readSegment, selects } from './archived-segment.ts';
import { type FoundMessage, foundMessage, type StoredRecord } from './last.ts';
import type { Selection, Start } from './pull-session.ts';
import type { StoredMessage } from './stored-message.ts';

/** Does a request until it is answered, or throws: as the reader wants it. */
export type Ask = <T>(request: () => Promise<T>) => Promise<T>;

export interface ArchivedBatch {
  messages: readonly StoredMessage[];
  /** Where to go on from. */
  next: Start;
}

/**
 * What is archived of a selection from a place on, in order, a batch a segment; goes on with what is
 * archived in the meantime. Where it ends, nothing from `next` on is in the archive.
 */
export async function* archivedBatches(
  nc: NatsConnection,
  ask: Ask,
  from: Start,
  selection: Selection,
): AsyncGenerator<ArchivedBatch, void, undefined> {
  let next = from;
  for (;;) {
    const [segment] = behind(await ask(() => archiveCatalogue(nc)), next);
    if (segment === undefined) return;
    const start = next;
    next = { sequence: segment.to + 1 };
    const records = mayHave(segment, selection.filter)
      ? await ask(() => readSegment(nc, segment))
      : [];
    const messages = records.slice(startIn(records, start)).flatMap(toSelected(selection));
    yield { messages, next };
  }
}

/** Whether the archive has anything from a place on. */
export const isArchived = async (nc: NatsConnection, from: Start): Promise<boolean> =>
  behind(await archiveCatalogue(nc), from).length > 0;

const behind = ({ segments }: ArchiveCatalogue, from: Start): readonly ArchivedSegment[] => {
  const at = segments.findIndex(({ to, lastTime }) =>
    'time' in from ? lastTime >= from.time : to >= from.sequence,
  );
  return at < 0 ? [] : segments.slice(at);
};

/** Of a time, as the server has it: from the first that was stored then or later, with all behind it. */
function startIn(records: readonly StoredRecord[], start: Start): number {
  const at = records.findIndex(({ sequence, time }) =>
    'time' in start ? new Date(time) >= start.time : sequence >= start.sequence,
  );
  return at < 0 ? records.length : at;
}

const NO_PAYLOAD = new Uint8Array();

const toSelected =
  ({ filter, headersOnly }: Selection) =>
  (record: StoredRecord): StoredMessage[] => {
    if (!selects(filter, record.subject)) return [];
    const message = foundMessage(record);
    return [headersOnly ? { ...message, payload: NO_PAYLOAD } : message];
  };

/** The last message in the archive that a filter selects. Throws as {@link archiveCatalogue} does. */
export async function lastArchived(
  nc: NatsConnection,
  filter: string,
): Promise<FoundMessage | undefined> {
  const { segments } = await archiveCatalogue(nc);
  for (const segment of segments.toReversed()) {
    if (!mayHave(segment, filter)) continue;
    const found = (await readSegment(nc, segment)).findLast(({ subject }) =>
      selects(filter, subject),
    );
    if (found !== undefined) return foundMessage(found);
  }
  return undefined;
}

/** The first message in the archive that a filter selects. Throws as above. */
export async function firstArchived(
  nc: NatsConnection,
  filter: string,
): Promise<FoundMessage | undefined> {
  const { segments } = await archiveCatalogue(nc);
  for (const segment of segments) {
    if (!mayHave(segment, filter)) continue;
    const found = (await readSegment(nc, segment)).find(({ subject }) => selects(filter, subject));
    if (found !== undefined) return foundMessage(found);
  }
  return undefined;
}

/** The message of a sequence in the archive. Throws as above. */
export async function archivedAt(
  nc: NatsConnection,
  sequence: number,
): Promise<FoundMessage | undefined> {
  const { segments } = await archiveCatalogue(nc);
  const segment = segments.find(({ from, to }) => from <= sequence && sequence <= to);
  if (segment === undefined) return undefined;
  const records = await readSegment(nc, segment);
  const found = records.find((record) => record.sequence === sequence);
  return found && foundMessage(found);
}
