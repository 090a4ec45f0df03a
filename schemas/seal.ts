import { z } from 'zod';

/** SHA-256, hexadecimal. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** An Ed25519 public key, 32 bytes in Base64url; the bits behind them are zero, so that no other text is the same key. */
export const sealKeyText = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);

/** An Ed25519 signature, 64 bytes in Base64url, in the same way. */
export const signatureText = z.string().regex(/^[A-Za-z0-9_-]{85}[AQgw]$/);

/** Which log: `logIdentity`. */
export const logName = z.string().regex(/^[0-9a-f]{12}$/);

const place = z.int().positive();
const instant = z.iso.datetime({ precision: 3 });

/**
 * A seal: what a stretch of EVENTS was, place by place, and that it came after everything that the seal before it is
 * of (docs/decisions/0160-the-log-is-sealed.md).
 */
export const seal = z.strictObject({
  /** From 1, without a gap. */
  number: place,
  from: place,
  to: place,
  /** Of the tree over the leaves of all places from `from` to `to`. */
  root: sha256Hex,
  /** Hash of the seal before; zeros for the first. */
  previous: sha256Hex,
  /** By the clock of the sealer. */
  sealedAt: instant,
  signature: signatureText,
});
export type Seal = z.infer<typeof seal>;

/** A seal as the stream SEALS has it: which log it is of, and by whose key, stand beside it. */
export const statedSeal = seal.extend({ log: logName, key: sealKeyText });
export type StatedSeal = z.infer<typeof statedSeal>;
