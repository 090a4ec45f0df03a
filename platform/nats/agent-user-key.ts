import { hkdfSync } from 'node:crypto';
import type { KeyPair } from '@nats-io/jwt';
import { Prefix } from '@nats-io/nkeys';
// Not a public part of the package: its seeds are otherwise random only.
import { Codec } from '@nats-io/nkeys/lib/codec.js';
import { keyPair } from './key-pair.ts';

const SEED_BYTES = 32;

/**
 * The key pair of an agent's NATS user, derived from the seed of the agents' account: every credential
 * of a run has the same, and whoever may mint them knows what to revoke without a record of what was
 * minted. An agent's first run has the agent's id for a user.
 */
export function agentUserKey(agentsSeed: string, user: string): KeyPair {
  const raw = hkdfSync('sha256', agentsSeed, '', `orchestrator/agent/${user}`, SEED_BYTES);
  return keyPair(Codec.encodeSeed(Prefix.User, new Uint8Array(raw)));
}
