import type { NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { type StatedSeal, statedSeal } from '../../schemas/seal.ts';
import type { AppendResult } from '../log/append-result.ts';
import { publishBatch } from '../log/batch.ts';
import type { LogConnection } from '../log/connection.ts';
import { lastMessage } from '../log/last.ts';
import { withExpectation } from '../log/outgoing.ts';
import { ACK_TIMEOUT_MS } from '../log/publish-event.ts';
import { read } from '../log/read.ts';
import { SALT_BYTES, type Stretch } from './leaf-hash.ts';

const statedOn = (log: string, number: number | '*'): string => `seals.${log}.stated.${number}`;
const saltsOn = (log: string, number: number | '*'): string => `seals.${log}.salts.${number}`;

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
  const first = await findSeal(connection.nc, log, from);
  if (first === undefined) return;
  const filter = [statedOn(log, '*'), saltsOn(log, '*')];
  const range = { stream: 'SEALS', from: { sequence: first.place }, filter, signal } as const;
  let seal: StatedSeal | undefined;
  for await (const { subject, payload } of read(connection, range)) {
    if (seal === undefined) {
      seal = sealIn(payload);
      continue;
    }
    const count = seal.to - seal.from + 1;
    if (subject !== saltsOn(log, seal.number) || payload.length !== count * SALT_BYTES) {
      throw new OrchestratorError('ORC_SEALS', `The salts of seal ${seal.number} are missing`);
    }
    yield { seal, from: seal.from, to: seal.to, salts: Buffer.from(payload) };
    seal = undefined;
  }
}

function sealIn(payload: Uint8Array): StatedSeal {
  try {
    return statedSeal.parse(JSON.parse(Buffer.from(payload).toString()));
  } catch (cause) {
    throw new OrchestratorError('ORC_SEALS', 'A seal is damaged', { cause });
  }
}
