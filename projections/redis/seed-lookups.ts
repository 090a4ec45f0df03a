import type { SystemState } from '../../core/domain/system-state.ts';
import { lookupOps } from './mirror/event-ops.ts';
import type { MirrorOp } from './mirror/mirror-op.ts';
import type { Claim, MirrorPosition } from './mirror/mirror-position.ts';

const CHUNK = 500;
const TELEGRAM = 'telegram/';

/** Writes the lookups of a history into a Redis that has begun a new life. */
export async function seedLookups(
  position: MirrorPosition,
  { users }: SystemState,
  claim: Claim,
): Promise<void> {
  if (claim.seeded) return;
  const ops = [...users].flatMap(([key, user]): MirrorOp[] => {
    if (!key.startsWith(TELEGRAM)) return [];
    const userId = key.slice(TELEGRAM.length);
    const owned = user.agents.flatMap((agentId) => lookupOps(userId, agentId).slice(1));
    return [...(user.agentId === null ? [] : lookupOps(userId, user.agentId)), ...owned];
  });
  for (let at = 0; at < ops.length; at += CHUNK) {
    await position.write('events', claim.events, claim.events, ops.slice(at, at + CHUNK));
  }
  await position.seeded();
}
