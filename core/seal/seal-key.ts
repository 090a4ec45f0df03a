import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { OrchestratorError } from '../../schemas/errors.ts';
import { appendError } from '../log/append-result.ts';
import { lastMessage } from '../log/last.ts';
import { withExpectation } from '../log/outgoing.ts';
import { pkcs8OfEd25519 } from '../log/pkcs8.ts';
import { ACK_TIMEOUT_MS, publishOne } from '../log/publish-event.ts';

/** The key that seals are signed by. */
export interface SealKey {
  secret: KeyObject;
  /** The public half: 32 bytes in Base64url. */
  key: string;
}

const SUBJECT = 'seals.key';
const SEED_BYTES = 32;

const kept = z.object({ seed: z.string().regex(/^[A-Za-z0-9_-]{43}$/) });

/**
 * The key of the services' account for seals, made by whoever needs it first: it stands in SEALS, which services and operators
 * alone can read, so that each of them signs by the same one and a backup of the streams has it. Of two that are made at the
 * same moment one is stored. Throws as appending and reading do.
 */
export async function sealKey(nc: NatsConnection): Promise<SealKey> {
  const found = await lastMessage(nc, 'SEALS', SUBJECT, ACK_TIMEOUT_MS);
  if (found !== undefined) return keyOf(found.payload);
  const seed = randomBytes(SEED_BYTES).toString('base64url');
  const payload = Buffer.from(JSON.stringify({ seed }));
  const message = { subject: SUBJECT, headers: '', payload };
  const expected = withExpectation(message, { filter: SUBJECT, sequence: 0 });
  const made = await publishOne(nc, expected, ACK_TIMEOUT_MS);
  if (made.ok) return keyOf(payload);
  const other = await lastMessage(nc, 'SEALS', SUBJECT, ACK_TIMEOUT_MS);
  if (other === undefined) throw appendError(made);
  return keyOf(other.payload);
}

function keyOf(payload: Uint8Array): SealKey {
  const seed = Buffer.from(seedOf(payload), 'base64url');
  const secret = createPrivateKey({ key: pkcs8OfEd25519(seed), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return { secret, key: spki.subarray(-SEED_BYTES).toString('base64url') };
}

function seedOf(payload: Uint8Array): string {
  try {
    return kept.parse(JSON.parse(Buffer.from(payload).toString())).seed;
  } catch (cause) {
    throw new OrchestratorError('ORC_SEALS', 'The key of the seals is damaged', { cause });
  }
}
