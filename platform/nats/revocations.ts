import { type Account, type ClaimsData, encodeAccount } from '@nats-io/jwt';
import { Prefix } from '@nats-io/nkeys';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectLog } from '../../core/log/connection.ts';
import { delay } from '../async/delay.ts';
import { agentUserKey } from './agent-user-key.ts';
import { keyPair } from './key-pair.ts';
import { type AgentKeys, REVOKER_INBOX } from './trust.ts';
import { verifiedClaims } from './verified-claims.ts';

const TIMEOUT_MS = 5_000;

/** The server's word for a claim that it has taken. */
const TAKEN = 200;

/** Does {@link revokeAgents} on a connection of its own. Throws what connecting throws, too. */
export async function revokeAs(
  keys: AgentKeys,
  url: string,
  users: ReadonlyMap<string, Date>,
): Promise<void> {
  const connection = await connectLog({
    url,
    credentials: { file: keys.revokerCreds },
    name: 'orchestrator/revoker',
    inboxPrefix: REVOKER_INBOX,
    timeoutMs: TIMEOUT_MS,
    maxReconnectAttempts: 0,
  });
  try {
    await revokeAgents(connection.nc, keys, users);
  } finally {
    await connection.close();
  }
}

/**
 * Takes the credentials of these users (see {@link agentUserKey}) away, and of no others: whatever was minted for one up to
 * now is refused from then on, and its connections are closed. Credentials that are minted in a
 * later second count. The server keeps it over its restarts (NATS account JWT, `revocations`).
 *
 * `nc` has the revoker's credentials. Safe to repeat; the caller gives all that are to be revoked
 * each time. Throws where the server does not answer or refuses.
 */
async function revokeAgents(
  nc: NatsConnection,
  keys: AgentKeys,
  users: ReadonlyMap<string, Date>,
): Promise<void> {
  const agents = keyPair(new TextEncoder().encode(keys.agentsSeed));
  const signer = keyPair(new TextEncoder().encode(keys.signingSeed));
  const current = await claimsOf(nc, agents.getPublicKey());
  const revocations = Object.fromEntries(
    [...users].map(([user, at]) => [
      agentUserKey(keys.agentsSeed, user).getPublicKey(),
      Math.floor(at.getTime() / 1000),
    ]),
  );
  // A start of a new system: taking the account anew would cost the server some 30 ms and a file.
  const isNothing = [current.nats.revocations ?? {}, revocations].every(isEmpty);
  if (isNothing) return;
  const claims = { ...current.nats, revocations };
  await laterThan(current.iat);
  await update(nc, await encodeAccount(current.name, agents, claims, { signer }));
}

const isEmpty = (some: object): boolean => Object.keys(some).length === 0;

/** Waits for a later second: of two claims of one second the server may take either at its next start. */
async function laterThan(seconds: number): Promise<void> {
  const next = (seconds + 1) * 1000;
  while (Date.now() < next) await delay(next - Date.now());
}

async function claimsOf(nc: NatsConnection, account: string): Promise<ClaimsData<Account>> {
  const subject = `$SYS.REQ.ACCOUNT.${account}.CLAIMS.LOOKUP`;
  const reply = await nc.request(subject, '', { timeout: TIMEOUT_MS });
  return verifiedClaims<Account>(reply.string(), Prefix.Operator);
}

async function update(nc: NatsConnection, jwt: string): Promise<void> {
  const reply = await nc.request('$SYS.REQ.CLAIMS.UPDATE', jwt, { timeout: TIMEOUT_MS });
  const answer: { data?: { code?: number; message?: string }; error?: { description?: string } } =
    reply.json();
  if (answer.data?.code === TAKEN) return;
  const reason = answer.error?.description ?? answer.data?.message ?? 'no reason given';
  throw new Error(`nats-server did not take the agents' account: ${reason}`);
}
