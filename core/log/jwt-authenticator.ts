import { createPrivateKey, sign } from 'node:crypto';
import type { Authenticator } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { pkcs8OfEd25519 } from './pkcs8.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * Answers the server's challenge with the user's key, by Node's own crypto: the client's
 * authenticator does it in JavaScript, which takes a fresh process some 30 ms, most of what an
 * agent's `answer` takes in all. Throws ORC_CREDS for a damaged seed.
 */
export function jwtAuthenticator({ jwt, seed }: { jwt: string; seed: string }): Authenticator {
  const key = createPrivateKey({
    key: pkcs8OfEd25519(rawSeed(seed)),
    format: 'der',
    type: 'pkcs8',
  });
  return (nonce) => ({
    jwt,
    // The server reads the public key from the JWT.
    nkey: '',
    sig: sign(null, Buffer.from(nonce ?? ''), key).toString('base64url'),
  });
}

/** An nkey's seed is base32 of two bytes that say what it is, 32 of the seed and two of checksum. */
function rawSeed(seed: string): Uint8Array {
  const bytes = fromBase32(seed);
  if (seed.startsWith('SU') && bytes.length === 36) return bytes.subarray(2, 34);
  throw new OrchestratorError('ORC_CREDS', 'The credentials are damaged: their key is not a seed');
}

function fromBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let [buffer, bits] = [0, 0];
  for (const char of text) {
    const value = BASE32.indexOf(char);
    if (value < 0) return new Uint8Array();
    buffer = ((buffer << 5) | value) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((buffer >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}
