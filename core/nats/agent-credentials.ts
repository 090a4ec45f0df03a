import { createUser, encodeUser, fmtCreds, fromSeed, type Permissions } from '@nats-io/jwt';

/** Inboxes of an agent: its credentials allow no other, so nobody reads another's replies. */
export const agentInboxPrefix = (agentId: string): string => `_INBOX_${agentId}`;

/**
 * The text of a credentials file for one agent. The broker authorises, not the client: it may say
 * (answer, question, progress, with files), call tools, signal that it is ready and the end of its
 * turn, and hear the results of its
 * own calls; nothing else.
 */
export async function mintAgentCredentials(
  accountSeed: string,
  agentId: string,
  expiresAt: Date,
): Promise<string> {
  const account = fromSeed(new TextEncoder().encode(accountSeed));
  const user = createUser();
  const expires = { exp: Math.floor(expiresAt.getTime() / 1000) };
  const jwt = await encodeUser(agentId, user, account, agentPermissions(agentId), expires);
  return new TextDecoder().decode(fmtCreds(jwt, user));
}

function agentPermissions(agentId: string): Permissions {
  const own = `agents.${agentId}`;
  return {
    pub: {
      allow: [
        `${own}.response.answer`,
        `${own}.response.question`,
        `${own}.response.progress`,
        `${own}.tool.*.*`,
        `${own}.turn.signalled`,
        `${own}.file.*`,
        `${own}.turn.ready`,
        // A result that came while nobody listened.
        `$JS.API.DIRECT.GET.EVENTS.${own}.result.*`,
      ],
    },
    sub: { allow: [`${agentInboxPrefix(agentId)}.>`, `${own}.result.*`] },
  };
}
