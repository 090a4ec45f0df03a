import { createHash } from 'node:crypto';
import type { EventLog } from '../../core/log/event-log.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import { MAX_FILE_BYTES } from '../../schemas/limits.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { endInBytes } from './end-in-bytes.ts';

/**
 * The bytes of a file that goes with a message; undefined where they are not kept any more, or are
 * not what the message says. Throws as reading the log does.
 */
export async function readFileOf(
  log: EventLog,
  agentId: string,
  { fileId, size, sha256, pieces }: FileReference,
): Promise<Uint8Array | undefined> {
  const filter = subjectOf({ family: 'file', agentId, fileId });
  const found = new Map<number, Uint8Array>();
  if (pieces > 0) {
    let left = size;
    for await (const message of log.read({ stream: 'FILES', from: { sequence: 1 }, filter })) {
      const piece = Number(message.header('ce-piece'));
      if (!Number.isInteger(piece) || piece < 0 || piece >= pieces || found.has(piece)) continue;
      // Whoever wrote the pieces may have written more than the reference says: no more is kept.
      left -= message.payload.length;
      if (left < 0) return undefined;
      found.set(piece, message.payload);
      if (found.size === pieces) break;
    }
  }
  const parts = Array.from({ length: pieces }, (_, piece) => found.get(piece) ?? new Uint8Array());
  const bytes = Buffer.concat(parts);
  const isWhole =
    bytes.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;
  return isWhole ? bytes : undefined;
}

/**
 * The bytes of a file by its id alone, as far as its pieces go without a gap; undefined where none is
 * kept. At most 50 MiB. Throws as reading the log does.
 */
export async function readFileById(log: EventLog, fileId: string): Promise<Buffer | undefined> {
  const filter = `agents.*.file.${fileId}`;
  const found: Uint8Array[] = [];
  let subject: string | undefined;
  let left = MAX_FILE_BYTES;
  for await (const message of log.read({ stream: 'FILES', from: { sequence: 1 }, filter })) {
    // Another agent may have a file of the same id.
    subject ??= message.subject;
    // Stored again, a piece comes a second time.
    if (message.subject !== subject || Number(message.header('ce-piece')) !== found.length)
      continue;
    left -= message.payload.length;
    if (left < 0) return undefined;
    found.push(message.payload);
  }
  return found.length === 0 ? undefined : Buffer.concat(found);
}

/** Bytes of one name in a path, on every usual file system (NAME_MAX). */
const MAX_NAME_BYTES = 255;

/**
 * Where an agent finds a file that came with a message, in its workspace. Whoever names the file may
 * have given it more bytes than a file system takes: then its end is kept.
 */
export function inboxPath({ fileId, name }: Pick<FileReference, 'fileId' | 'name'>): string {
  const before = `${fileId}-`;
  return `inbox/${before}${endInBytes(name, MAX_NAME_BYTES - before.length)}`;
}
