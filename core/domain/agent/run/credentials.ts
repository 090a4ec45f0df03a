import { type AgentState, type EndedAgent, isLive, type Muted, type Run } from '../agent-state.ts';

/** Beyond the end of its TTL: an answer at the last moment is still taken. */
const GRACE_MS = 10 * 60_000;

/** When an agent's credential expires: a turn that begins just before the end of the TTL may still use its whole deadline. */
export const credentialsEnd = (state: { turnDeadlineMs: number }, expiresAt: Date): Date =>
  new Date(expiresAt.getTime() + state.turnDeadlineMs + GRACE_MS);

/**
 * The user of the server that a run's credentials are of. Each run that goes on has one of its own:
 * what was minted for an earlier one stays revoked, and the new one counts at once
 * (docs/decisions/0111-a-conversation-outlives-its-process.md).
 */
export const credentialUser = (agentId: string, { runId, resumed }: Run): string =>
  resumed === undefined ? agentId : `${agentId}/${runId}`;

/** Why an agent is not heard: it has no process of that user, or has said too much. */
export type Unheard = { why: 'no-run' } | { why: 'muted'; muted: Muted };

/**
 * Whether what is said with a credential counts, as the server of NATS has it from its revocations; undefined
 * where it does. Where none is given: whether the agent is heard at all. Pure.
 */
export function unheard(
  state: AgentState | undefined,
  credential?: { user: string; issuedAt: Date },
): Unheard | undefined {
  if (state === undefined || !isLive(state)) return { why: 'no-run' };
  const { agentId, run, muted } = state;
  if (credential !== undefined && credential.user !== credentialUser(agentId, run)) {
    return { why: 'no-run' };
  }
  if (muted === undefined) return undefined;
  // NATS revokes what was minted up to and in a second.
  const upTo = Math.floor(Date.parse(muted.at) / 1000) * 1000;
  const isRenewed = credential !== undefined && credential.issuedAt.getTime() > upTo;
  return isRenewed ? undefined : { why: 'muted', muted };
}

/** When all credentials of an ended agent have expired by themselves; undefined where it had none. */
export function lastCredentialEnd(state: EndedAgent): Date | undefined {
  const { lastRun, revoked = [] } = state;
  const ends = revoked.map(({ expires }) => Date.parse(expires));
  if (lastRun) ends.push(credentialsEnd(state, new Date(lastRun.expiresAt)).getTime());
  return ends.length === 0 ? undefined : new Date(Math.max(...ends));
}
