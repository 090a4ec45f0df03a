import type { EndedAgent, Run } from '../agent-state.ts';

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

/** When all credentials of an ended agent have expired by themselves; undefined where it had none. */
export function lastCredentialEnd(state: EndedAgent): Date | undefined {
  const { lastRun, revoked = [] } = state;
  const ends = revoked.map(({ expires }) => Date.parse(expires));
  if (lastRun) ends.push(credentialsEnd(state, new Date(lastRun.expiresAt)).getTime());
  return ends.length === 0 ? undefined : new Date(Math.max(...ends));
}
