import { createPublicKey, verify } from 'node:crypto';
import type { Prefix } from '@nats-io/nkeys';
// Not a public part of the package, whose keys know only how to compute in JavaScript.
import { Codec } from '@nats-io/nkeys/lib/codec.js';

/** What stands before the 32 bytes of an Ed25519 public key in its SPKI (RFC 8410, section 4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Whose signature it is to be. */
export interface Signer {
  /** An nkey's public key: `A…`, `U…`, `O…`. */
  key: string;
  /** What sort of key that must be. */
  prefix: Prefix;
}

/** Whether `signature` (base64url) of `text` is by this key. By Node's own crypto. Pure; never throws. */
export function isSignedBy({ key, prefix }: Signer, text: string, signature: string): boolean {
  try {
    const raw = Codec.decode(prefix, new TextEncoder().encode(key));
    const spki = Buffer.concat([SPKI_PREFIX, raw]);
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url'));
  } catch {
    // Not a key, or not one of that sort.
    return false;
  }
}
