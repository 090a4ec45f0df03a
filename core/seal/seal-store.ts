import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { OrchestratorError } from '../../schemas/errors.ts';
import { type StatedSeal, sha256Hex, statedSeal } from '../../schemas/seal.ts';
import { type AppendResult, appendError } from '../log/append-result.ts';
import { publishBatch } from '../log/batch.ts';
import type { LogConnection } from '../log/connection.ts';
import { eraseSubject } from '../log/erase-messages.ts';
import { lastMessage } from '../log/last.ts';
import { withExpectation } from '../log/outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from '../log/publish-event.ts';
import { read } from '../log/read.ts';
import { SALT_BYTES, type Stretch } from './leaf-hash.ts';

const statedOn = (log: string, number: number | '*'): string => `seals.${log}.stated.${number}`;
const saltsOn = (log: string, number: number | '*'): string => `seals.${log}.salts.${number}`;
/** What is left of the salts after an erasure. */
const keptOn = (log: string, number: number | '*'): string => `seals.${log}.kept.${number}`;

/** A seal as it stands in the stream. */
export interface FoundSeal {
  seal: StatedSeal;
  /** Its place in SEALS. */
  place: number;
}

/** The last seal of a log, or the one of a number; undefined where none is. Throws ORC_SEALS, and as reading does. */
export async function findSeal(
  nc: NatsConnection,
  log: string,
  number: number | '*' = '*',
): Promise<FoundSeal | undefined> {
  const found = await lastMessage(nc, 'SEALS', statedOn(log, number), ACK_TIMEOUT_MS);
  return found && { seal: sealIn(found.payload), place: found.sequence };
}

/**
 * Stores a seal and the salts of its leaves, both or neither, and only behind the seal that is expected as the last: of two
 * sealers one has each number. Never throws.
 */
export function storeSeal(
  nc: NatsConnection,
  seal: StatedSeal,
  salts: Buffer,
  before: FoundSeal | undefined,
): Promise<AppendResult> {
  const { log, number } = seal;
  const payload = Buffer.from(JSON.stringify(seal));
  const stated = withExpectation(
    { subject: statedOn(log, number), headers: '', payload },
    { filter: statedOn(log, '*'), sequence: before?.place ?? 0 },
  );
  const salted = { subject: saltsOn(log, number), headers: '', payload: salts };
  return publishBatch(nc, [stated, salted], ACK_TIMEOUT_MS);
}

/** A seal, and the salts of its leaves. */
export interface SaltedSeal extends Stretch {
  seal: StatedSeal;
}

/** The seals of a log from a number on, in order. Throws ORC_SEALS where one is damaged, and as reading does. */
export async function* readSeals(
  connection: LogConnection,
  log: string,
  from: number,
  signal?: AbortSignal,
): AsyncGenerator<SaltedSeal, void, undefined> {
  const { nc } = connection;
  const first = await findSeal(nc, log, from);
  if (first === undefined) return;
  const filter = [statedOn(log, '*'), saltsOn(log, '*')];
  const range = { stream: 'SEALS', from: { sequence: first.place }, filter, signal } as const;
  const isAnyKept =
    (await lastMessage(nc, 'SEALS', keptOn(log, '*'), ACK_TIMEOUT_MS)) !== undefined;
  let open: StatedSeal | undefined;
  for await (const { subject, payload } of read(connection, range)) {
    const isSalts = open !== undefined && subject === saltsOn(log, open.number);
    if (open !== undefined) yield await salted(open, isSalts ? payload : undefined);
    open = isSalts || !isStated(subject) ? undefined : sealIn(payload);
  }
  if (open !== undefined) yield await salted(open, undefined);

  async function salted(seal: StatedSeal, salts: Uint8Array | undefined): Promise<SaltedSeal> {
    const kept = isAnyKept ? await findKept(nc, seal) : undefined;
    if (kept !== undefined) return { seal, from: seal.from, to: seal.to, ...kept };
    return { seal, from: seal.from, to: seal.to, salts: whole(seal, salts) };
  }
}

const isStated = (subject: string): boolean => subject.split('.')[2] === 'stated';

function whole({ number, from, to }: StatedSeal, salts: Uint8Array | undefined): Buffer {
  if (salts?.length === (to - from + 1) * SALT_BYTES) return Buffer.from(salts);
  throw new OrchestratorError('ORC_SEALS', `The salts of seal ${number} are missing`);
}

/** What is kept of the salts of a seal after an erasure; those that are gone are zeros. */
const keptSalts = z.object({
  salts: z.base64().transform((text) => Buffer.from(text, 'base64')),
  erased: z.array(z.tuple([z.int().positive(), sha256Hex])),
});

async function findKept(nc: NatsConnection, seal: StatedSeal) {
  const found = await lastMessage(nc, 'SEALS', keptOn(seal.log, seal.number), ACK_TIMEOUT_MS);
  if (found === undefined) return undefined;
  try {
    const kept = keptSalts.parse(JSON.parse(Buffer.from(found.payload).toString()));
    const erased = kept.erased.map(
      ([sequence, leaf]) => [sequence, Buffer.from(leaf, 'hex')] as const,
    );
    return { salts: whole(seal, kept.salts), erased: new Map(erased) };
  } catch (cause) {
    throw new OrchestratorError('ORC_SEALS', `What is kept of seal ${seal.number} is damaged`, {
      cause,
    });
  }
}

/**
 * Keeps of a seal the salts that it is given with, and the leaves of places whose salts it is given without; what was stored
 * of its salts before is overwritten. Killed in between, what is stored here holds. Throws as appending does.
 */
export async function keepSalts(
  connection: LogConnection,
  { seal: { log, number }, salts, erased = new Map() }: SaltedSeal,
): Promise<void> {
  const { nc } = connection;
  const leaves = [...erased].map(([sequence, leaf]) => [sequence, leaf.toString('hex')]);
  const payload = Buffer.from(JSON.stringify({ salts: salts.toString('base64'), erased: leaves }));
  const subject = keptOn(log, number);
  const result = await publishOne(nc, { subject, headers: '', payload }, ACK_TIMEOUT_MS);
  if (!result.ok) throw appendError(result);
  await eraseSubject(connection, 'SEALS', saltsOn(log, number));
  await eraseSubject(connection, 'SEALS', subject, result.sequence);
}

function sealIn(payload: Uint8Array): StatedSeal {
  try {
    return statedSeal.parse(JSON.parse(Buffer.from(payload).toString()));
  } catch (cause) {
    throw new OrchestratorError('ORC_SEALS', 'A seal is damaged', { cause });
  }
}
