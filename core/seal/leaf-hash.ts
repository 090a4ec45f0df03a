import { createHash } from 'node:crypto';
import type { StoredRecord } from '../log/last.ts';

/** Bytes of the salt of a leaf. */
export const SALT_BYTES = 16;

const LEAF = Buffer.of(0);
const ABSENT = Buffer.of(2);

function number(value: number, bytes: 4 | 8): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeUInt32BE(value);
  else buffer.writeBigUInt64BE(BigInt(value));
  return buffer;
}

/**
 * The leaf of a message: SHA-256 of a zero, the salt, the sequence (8 bytes), and of time, subject, headers and payload, each
 * behind its length (4 bytes); numbers with the highest byte first. Pure.
 *
 * Salted, so that a leaf tells nothing of a message to whoever has not got the salt, not even to who guesses it.
 */
export function leafHash(record: StoredRecord, salt: Buffer): Buffer {
  const { sequence, time, subject, headers, payload } = record;
  const hash = createHash('sha256').update(LEAF).update(salt).update(number(sequence, 8));
  for (const part of [Buffer.from(time), Buffer.from(subject), headers, payload]) {
    hash.update(number(part.length, 4)).update(part);
  }
  return hash.digest();
}

/** The leaf of a place at which nothing stood when it was sealed. Pure. */
export const absentLeaf = (sequence: number): Buffer =>
  createHash('sha256').update(ABSENT).update(number(sequence, 8)).digest();

/** The places of a stretch of the log, and the salt of each. */
export interface Stretch {
  from: number;
  to: number;
  /** {@link SALT_BYTES} for each place, one after the other. */
  salts: Buffer;
  /** The leaves of places from which something was erased: their salts are no more. */
  erased?: ReadonlyMap<number, Buffer> | undefined;
}

/** The salt of a place of a stretch. Pure. */
export function saltAt({ from, salts }: Stretch, sequence: number): Buffer {
  const at = (sequence - from) * SALT_BYTES;
  return salts.subarray(at, at + SALT_BYTES);
}

/** The leaves of all places of a stretch, given what stands there. Pure. */
export function leavesOf(stretch: Stretch, records: readonly StoredRecord[]): Buffer[] {
  const standing = new Map(records.map((record) => [record.sequence, record]));
  const leaves: Buffer[] = [];
  for (let sequence = stretch.from; sequence <= stretch.to; sequence += 1) {
    const record = standing.get(sequence);
    const kept = stretch.erased?.get(sequence);
    if (kept !== undefined) leaves.push(kept);
    else if (record === undefined) leaves.push(absentLeaf(sequence));
    else leaves.push(leafHash(record, saltAt(stretch, sequence)));
  }
  return leaves;
}
