/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410, section 7). */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** PKCS #8 (DER) of a private Ed25519 key, given its 32 bytes of seed: what Node's crypto reads. */
export const pkcs8OfEd25519 = (seed: Uint8Array): Buffer => Buffer.concat([PREFIX, seed]);
