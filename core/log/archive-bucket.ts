import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  StorageType,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { EVENTS_ARCHIVE, objectStream } from '../../schemas/buckets.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { type AppendResult, appendError } from './append-result.ts';
import type { LogConnection } from './connection.ts';
import { type FoundMessage, firstMessage } from './last.ts';
import { withExpectation } from './outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from './publish-event.ts';

/**
 * The object store in which the archive of EVENTS lies, in the layout of NATS (ADR-20), so that every
 * tool for object stores reads it. By hand, not by the client's package: what an object is called is
 * written with an expectation over all of them, so that of two writers one has the next place.
 */
export const ARCHIVE_STREAM = objectStream(EVENTS_ARCHIVE);

const CHUNKS = `$O.${EVENTS_ARCHIVE}.C.`;
const INFOS = `$O.${EVENTS_ARCHIVE}.M.`;

/** What the tools of NATS take, too. */
const CHUNK_BYTES = 128 * 1024;

/** What stands of an object beside its bytes. */
const objectInfo = z.object({
  name: z.string(),
  description: z.string().optional(),
  bucket: z.string(),
  /** Under which its pieces stand. */
  nuid: z.string(),
  size: z.int().nonnegative(),
  chunks: z.int().nonnegative(),
  digest: z.string().optional(),
  mtime: z.string().optional(),
  deleted: z.boolean().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type ObjectInfo = z.infer<typeof objectInfo>;

/** Makes the bucket where there is none, on as many servers as EVENTS. */
export async function ensureArchive(connection: LogConnection): Promise<void> {
  const jsm = await connection.jsm();
  if (await isThere()) return;
  const { config } = await jsm.streams.info('EVENTS');
  await jsm.streams.add({
    name: ARCHIVE_STREAM,
    description: 'What was archived of EVENTS',
    subjects: [`${CHUNKS}>`, `${INFOS}>`],
    storage: config.storage ?? StorageType.File,
    num_replicas: config.num_replicas,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: true,
    allow_direct: true,
  });

  async function isThere(): Promise<boolean> {
    try {
      await jsm.streams.info(ARCHIVE_STREAM);
      return true;
    } catch (error) {
      const absent =
        error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
      if (absent) return false;
      throw error;
    }
  }
}

/** Stores the bytes of an object; how many pieces they are. Throws what appending says. */
export async function putChunks(nc: NatsConnection, nuid: string, bytes: Buffer): Promise<number> {
  let count = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const payload = bytes.subarray(at, at + CHUNK_BYTES);
    const message = { subject: `${CHUNKS}${nuid}`, headers: '', payload };
    const result = await publishOne(nc, message, ACK_TIMEOUT_MS);
    if (!result.ok) throw appendError(result);
    count += 1;
  }
  return count;
}

/** The bytes of an object. Throws ORC_ARCHIVE where a piece is missing, and as reading does. */
export async function getChunks(
  nc: NatsConnection,
  { name, nuid, chunks }: Pick<ObjectInfo, 'name' | 'nuid' | 'chunks'>,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let from = 1; pieces.length < chunks; ) {
    const piece = await firstMessage(nc, ARCHIVE_STREAM, `${CHUNKS}${nuid}`, ACK_TIMEOUT_MS, from);
    if (piece === undefined) throw new OrchestratorError('ORC_ARCHIVE', `${name}: a piece is lost`);
    pieces.push(piece.payload);
    from = piece.sequence + 1;
  }
  return Buffer.concat(pieces);
}

/** Where an object says what it is. */
export const infoSubject = (name: string): string =>
  `${INFOS}${Buffer.from(name).toString('base64url')}`;

/** Makes the object visible, unless another one came after the place that is expected as the last. */
export function putInfo(
  nc: NatsConnection,
  info: Omit<ObjectInfo, 'bucket' | 'mtime'>,
  expectedLast: number,
): Promise<AppendResult> {
  const subject = infoSubject(info.name);
  const payload = Buffer.from(JSON.stringify({ ...info, bucket: EVENTS_ARCHIVE }));
  const message = withExpectation(
    { subject, headers: '', payload },
    { filter: `${INFOS}>`, sequence: expectedLast },
  );
  return publishOne(nc, message, ACK_TIMEOUT_MS);
}

/** The first object that was made visible at or behind a place; `info` undefined for what is none. */
export async function nextInfo(
  nc: NatsConnection,
  from: number,
): Promise<{ place: number; info: ObjectInfo | undefined } | undefined> {
  const found = await firstMessage(nc, ARCHIVE_STREAM, `${INFOS}>`, ACK_TIMEOUT_MS, from).catch(
    noBucket,
  );
  return found && { place: found.sequence, info: infoOf(found) };
}

function noBucket(error: unknown): undefined {
  if (error instanceof OrchestratorError && error.code === 'ORC_NO_STREAM') return undefined;
  throw error;
}

function infoOf({ payload }: FoundMessage): ObjectInfo | undefined {
  try {
    return objectInfo.parse(JSON.parse(Buffer.from(payload).toString()));
  } catch {
    return undefined;
  }
}

/** Removes the pieces of what was never made visible: those under a name that `isWaste` knows. */
export async function dropChunks(
  connection: LogConnection,
  isWaste: (nuid: string) => boolean,
): Promise<void> {
  const jsm = await connection.jsm();
  for (const { subject, nuid } of await chunkSubjects(connection)) {
    if (isWaste(nuid)) await jsm.streams.purge(ARCHIVE_STREAM, { filter: subject });
  }
}

/** Where there are pieces, and under which name. */
export async function chunkSubjects(
  connection: LogConnection,
): Promise<{ subject: string; nuid: string }[]> {
  const jsm = await connection.jsm();
  const { state } = await jsm.streams.info(ARCHIVE_STREAM, { subjects_filter: `${CHUNKS}>` });
  return Object.keys(state.subjects ?? {}).map((subject) => ({
    subject,
    nuid: subject.slice(CHUNKS.length),
  }));
}
