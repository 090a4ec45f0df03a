import { Speakers } from '../../../core/conversation/speakers.ts';
import { WhatIfs } from '../../../core/conversation/what-ifs.ts';
import type { SystemState } from '../../../core/domain/system-state.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import type { StoredMessage } from '../../../core/log/stored-message.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { batches } from './batches.ts';
import { historyOps, lookupOps } from './event-ops.ts';
import type { MirrorOp } from './mirror-op.ts';
import type { Claim, MirrorPosition } from './mirror-position.ts';

export interface RebuildOptions {
  log: EventLog;
  position: MirrorPosition;
  claim: Claim;
  /** With the events up to `claim.quiet` folded. */
  state: SystemState;
  /** Older responses are not needed any more. */
  begin: Date;
  signal: AbortSignal;
}

const CHUNK = 500;

/**
 * Gives a Redis that has begun a new life its history back: the lookups, and the responses that
 * stood there before, under the ids that they had. Made aside and put in place as one. Goes on where
 * an earlier try died; of two at once, one writes each part
 * (docs/decisions/0031-redis-begins-again.md).
 */
export async function rebuild(options: RebuildOptions): Promise<void> {
  const { position, claim, state } = options;
  if (claim.joined) return;
  const ops = allLookups(state);
  for (let at = 0; at < ops.length; at += CHUNK) {
    const now = await position.at('events');
    await position.write('events', now, now, ops.slice(at, at + CHUNK));
  }
  while (!(await rebuildResponses(options)));
  await position.join();
}

/** False where somebody else rebuilds as well: then one goes on from where that is. */
async function rebuildResponses({
  log,
  position,
  claim,
  begin,
  signal,
}: RebuildOptions): Promise<boolean> {
  let at = await position.at('history');
  const speakers = new Speakers(log);
  const whatIfs = new WhatIfs(log);
  const ops = async (message: StoredMessage): Promise<MirrorOp[]> => {
    if (await whatIfs.isOf(message.subject)) return [];
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') return [];
    if ((await speakers.refusal(parsed.event)) !== undefined) return [];
    return historyOps(parsed.event, message.time, claim.mirrored ?? 0);
  };
  const messages: StoredMessage[] = [];
  const write = async (): Promise<boolean> => {
    for (const batch of batches(messages.splice(0))) {
      const to = batch.at(-1)?.sequence;
      const all: MirrorOp[] = [];
      for (const message of batch) all.push(...(await ops(message)));
      const result = await position.write('history', at, to, all);
      if (result.moved) return false;
      at = to;
    }
    return true;
  };
  const range = {
    stream: 'EVENTS' as const,
    from: at === undefined ? { time: begin } : { sequence: at + 1 },
    filter: 'agents.*.response.*',
    until: claim.quiet,
    signal,
  };
  for await (const message of log.read(range)) {
    messages.push(message);
    if (messages.length === CHUNK && !(await write())) return false;
  }
  signal.throwIfAborted();
  return write();
}

function allLookups({ users }: SystemState): MirrorOp[] {
  return [...users].flatMap(([key, user]): MirrorOp[] => {
    const [channel, userId = ''] = key.split('/');
    if (channel !== 'telegram') return [];
    const owned = user.agents.flatMap((agentId) => lookupOps(userId, agentId).slice(1));
    return [...(user.agentId === null ? [] : lookupOps(userId, user.agentId)), ...owned];
  });
}
