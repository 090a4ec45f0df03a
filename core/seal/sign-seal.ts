import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Seal, StatedSeal } from '../../schemas/seal.ts';

/** The hash that the first seal has in the place of one before it. */
export const NOTHING_BEFORE = '0'.repeat(64);

type Unsigned = Omit<StatedSeal, 'signature'>;

/** What is signed of a seal, and hashed to what the next one names: no two seals have the same. Pure. */
const sealText = ({ log, key, number, from, to, root, previous, sealedAt }: Unsigned): string =>
  [
    'orchestrator-seal-1',
    `log ${log}`,
    `key ${key}`,
    `number ${number}`,
    `from ${from}`,
    `to ${to}`,
    `root ${root}`,
    `previous ${previous}`,
    `sealedAt ${sealedAt}`,
  ].join('\n');

/** SHA-256 of what a seal says, hexadecimal. Pure. */
export const sealHash = (seal: Unsigned): string =>
  createHash('sha256').update(sealText(seal)).digest('hex');

/** Signs a text by Ed25519; Base64url. */
export const signText = (text: string, key: KeyObject): string =>
  sign(null, Buffer.from(text), key).toString('base64url');

export const signSeal = (seal: Unsigned, key: KeyObject): StatedSeal => ({
  ...seal,
  signature: signText(sealText(seal), key),
});

/** What stands before the 32 bytes of an Ed25519 public key in SPKI (RFC 8410, section 4). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Whether a text was signed by a key. Pure. */
export function isSigned(text: string, signature: string, key: string): boolean {
  const der = Buffer.concat([SPKI, Buffer.from(key, 'base64url')]);
  const open = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), open, Buffer.from(signature, 'base64url'));
}

/**
 * Why a seal is not the one that follows another; undefined where it is. Pure.
 *
 * @param before undefined where it may be any: the first that somebody looks at
 */
export function wrongSeal(seal: StatedSeal, before: StatedSeal | undefined): string | undefined {
  const { number, from, to, signature, ...rest } = seal;
  if (to < from) return `seal ${number} ends before it begins`;
  if (!isSigned(sealText({ number, from, to, ...rest }), signature, seal.key)) {
    return `seal ${number} is not signed by its key`;
  }
  if (before === undefined) return undefined;
  if (number !== before.number + 1 || from !== before.to + 1) {
    return `seal ${number} does not follow seal ${before.number}`;
  }
  if (seal.log !== before.log || seal.key !== before.key) {
    return `seal ${number} is of another log, or by another key, than seal ${before.number}`;
  }
  return seal.previous === sealHash(before)
    ? undefined
    : `seal ${number} was made behind another seal ${before.number}`;
}

/** A seal by itself, without what all of one chain have in common. Pure. */
export const bareSeal = ({ log: _, key: _key, ...rest }: StatedSeal): Seal => rest;
