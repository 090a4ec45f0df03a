import {
  type ExportManifest,
  type ExportPart,
  MANIFEST_PART,
  type PartKind,
} from '../../schemas/export-manifest.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { hashSystem, initialSystem, type SystemState } from '../domain/system-state.ts';
import { foundMessage, type StoredRecord } from '../log/last.ts';
import { segmentRecord } from '../log/segment-text.ts';
import { damaged } from './damaged.ts';
import { recordOfLine } from './event-line.ts';
import { type ReadPart, readExport } from './export-reader.ts';
import { countsOf } from './export-system.ts';
import { linesOf } from './lines.ts';

export interface VerifiedExport {
  manifest: ExportManifest;
  /** What its events fold to. */
  state: SystemState;
}

/** Parts of these kinds have a message a line. */
export const MESSAGES: Readonly<Record<string, (line: string) => StoredRecord>> = {
  events: recordOfLine,
  logs: (line) => segmentRecord.read(JSON.parse(line)),
  files: (line) => segmentRecord.read(JSON.parse(line)),
};

/** Of which kind a part is by its name. */
export const folderOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf('/')));

/**
 * Reads all of an export and compares it with what its manifest says: each part, each count, and the state that its
 * events fold to. Needs no server. Throws ORC_EXPORT with the first thing that is wrong, and where.
 *
 * @param fold the version of the fold of this program
 */
export async function verifyExport(
  bytes: AsyncIterable<Uint8Array>,
  fold: string,
): Promise<VerifiedExport> {
  const state = initialSystem();
  const counted: Pick<ExportPart, 'name' | 'count'>[] = [];
  const manifest = await readExport(bytes, async (part) => {
    counted.push({ name: part.name, count: await countOf(part, state) });
  });
  const { parts, through, counts, stateHash, programs } = manifest;
  for (const [index, { name, kind, count }] of parts.entries()) {
    const found = counted[index]?.count ?? 0;
    if (found !== count) throw damaged(name, `it has ${found}, where ${count} are to be`);
    if (folderOf(name) !== FOLDERS[kind]) throw damaged(name, `it is no part of ${kind}`);
  }
  const sums = countsOf(parts);
  for (const [kind, sum] of Object.entries(sums)) {
    // The kinds are those of the sums.
    const told = counts[kind as PartKind];
    if (told !== sum) throw damaged(MANIFEST_PART, `it counts ${told} of ${kind}, and has ${sum}`);
  }
  if (state.sequence > through) {
    throw damaged(MANIFEST_PART, `it ends with ${through}, and has an event ${state.sequence}`);
  }
  if (hashSystem(state) === stateHash) return { manifest, state };
  throw damaged(
    MANIFEST_PART,
    programs.fold === fold
      ? 'its events fold to another state'
      : `its events fold to another state: ${programs.orchestrator} folded by ${programs.fold}, and this program by ${fold}`,
  );
}

/** In which folder the parts of a kind stand. */
export const FOLDERS: Readonly<Record<PartKind, string>> = {
  events: 'events',
  logs: 'logs',
  files: 'files',
  project: 'projects',
  session: 'sessions',
};

/** Lines of what has such, else 1. */
async function countOf({ name, content }: ReadPart, state: SystemState): Promise<number> {
  const kind = folderOf(name);
  const read = MESSAGES[kind];
  if (read === undefined) {
    for await (const _chunk of content);
    return 1;
  }
  let count = 0;
  for await (const line of linesOf(content, name)) {
    count += 1;
    const where = `${name}, line ${count}`;
    const record = readLine(read, line, where);
    if (kind !== 'events') continue;
    if (record.sequence <= state.sequence) {
      throw damaged(where, `event ${record.sequence} stands behind ${state.sequence}`);
    }
    fold(state, record, where);
  }
  return count;
}

/** No hash was compared yet: what is folded may be anything. */
function fold(state: SystemState, record: StoredRecord, where: string): void {
  try {
    foldMessage(state, foundMessage(record));
  } catch (error) {
    throw damaged(where, 'it cannot be folded', error);
  }
}

export function readLine(
  read: (line: string) => StoredRecord,
  line: string,
  where: string,
): StoredRecord {
  try {
    return read(line);
  } catch (error) {
    throw damaged(where, 'it is no message', error);
  }
}
