import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { fromSeed, type KeyPair } from '@nats-io/jwt';
import { Prefix } from '@nats-io/nkeys';
// Not a public part of the package, whose pairs know only how to compute in JavaScript.
import { Codec } from '@nats-io/nkeys/lib/codec.js';
import { pkcs8OfEd25519 } from '../../core/log/pkcs8.ts';

/**
 * The nkey pair of a seed, which signs and derives its public key by Node's own crypto. The
 * package's does both in JavaScript and anew at each call: 7 ms each, some 45 ms for the credentials
 * of one agent, in which a spawner does nothing else.
 *
 * @param seed as the package writes it: `SU…`, `SA…`, `SO…`
 * @example
 * const user = keyPair(createUser().getSeed());
 */
export function keyPair(seed: Uint8Array): KeyPair {
  const pair = fromSeed(seed);
  const { prefix, buf } = Codec.decodeSeed(seed);
  const secret = createPrivateKey({ key: pkcs8OfEd25519(buf), format: 'der', type: 'pkcs8' });
  const open = createPublicKey(secret);
  const raw = rawPublicKey(open);
  const publicKey = new TextDecoder().decode(Codec.encode(prefix, raw));
  const privateKey = Codec.encode(Prefix.Private, Buffer.concat([buf, raw]));
  return {
    getPublicKey: () => publicKey,
    getPrivateKey: () => privateKey,
    getSeed: () => pair.getSeed(),
    sign: (input) => sign(null, input, secret),
    verify: (input, signature) => verify(null, input, open, signature),
    clear: () => pair.clear(),
    seal: (...args) => pair.seal(...args),
    open: (...args) => pair.open(...args),
  };
}

/** The 32 bytes of an Ed25519 public key: the last ones of its SPKI (RFC 8410, section 4). */
const rawPublicKey = (key: KeyObject): Uint8Array =>
  key.export({ format: 'der', type: 'spki' }).subarray(-32);
