import { encodeUser, fmtCreds } from '@nats-io/jwt';
import { WORKER_SAYS } from '../../schemas/subjects.ts';
import { agentUserKey } from './agent-user-key.ts';
import { keyPair } from './key-pair.ts';

/** Inboxes of a worker: its credentials allow no other. */
export const workerInboxPrefix = (workerId: string): string => `_INBOX_${workerId}`;

/** Subscriptions that one connection of a worker may have: an inbox, what is to end, and some to spare. */
const SUBSCRIPTIONS = 16;

export interface WorkerGrant {
  /** `worker-` and 12 hex digits. */
  workerId: string;
  tool: string;
  expiresAt: Date;
}

/**
 * The text of a credentials file for workers of one tool. They may take its orders, acknowledge these,
 * say what becomes of them, and hear which are to end; nothing else. They are users of the account
 * without JetStream, as agents are, so that no answer of the server's API is sent where they want it.
 */
export async function mintWorkerCredentials(
  agentsSeed: string,
  { workerId, tool, expiresAt }: WorkerGrant,
): Promise<string> {
  const account = keyPair(new TextEncoder().encode(agentsSeed));
  const user = agentUserKey(agentsSeed, workerId);
  const allowed = {
    subs: SUBSCRIPTIONS,
    pub: {
      allow: [
        `$JS.API.CONSUMER.MSG.NEXT.WORK.${tool}`,
        `$JS.ACK.WORK.${tool}.>`,
        ...WORKER_SAYS.map((name) => `worked.${tool}.*.${name}`),
      ],
    },
    sub: { allow: [`${workerInboxPrefix(workerId)}.>`, `work-over.${tool}.*`] },
  };
  const expires = { exp: Math.floor(expiresAt.getTime() / 1000) };
  const jwt = await encodeUser(workerId, user, account, allowed, expires);
  return new TextDecoder().decode(fmtCreds(jwt, user));
}
