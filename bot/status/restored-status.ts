import type { Logger } from 'pino';
import { allAgents } from '../../core/conversation/all-agents.ts';
import type { Views } from '../../core/conversation/views.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { isPassing } from '../../core/log/passing-error.ts';
import { retry } from '../../platform/async/retry.ts';
import type { AgentPlaces } from '../delivery/agent-places.ts';
import type { ChatPlace } from '../delivery/chat-place.ts';
import { CHANNEL } from '../people/channel.ts';

const VIEW_TIMEOUT_MS = 5_000;

export interface RestoredStatusOptions {
  log: EventLog;
  views: Views;
  places: AgentPlaces;
  logger: Logger;
  /** Shows that an agent still works on a turn; nothing, where that is over by now. */
  show: (place: ChatPlace, turnId: string) => void;
}

/**
 * Gives the chats back their status after a start: whose agent is in the middle of a turn sees that it
 * goes on, instead of nothing until the answer. Beside everything else: it may take long, and answers
 * do not wait for it. Never rejects.
 */
export async function restoreStatus(
  { log, views, places, logger, show }: RestoredStatusOptions,
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  const working = async () => {
    const atLeast = await log.lastSequence('EVENTS');
    const wanted = { atLeast, phases: ['ready' as const] };
    const options = { timeoutMs: VIEW_TIMEOUT_MS };
    for (const { agentId, owner, turn } of await allAgents(views, wanted, options)) {
      if (owner?.channel !== CHANNEL || turn === undefined) continue;
      // Others have begun under the eyes of this run.
      if (Date.parse(turn.startedAt) >= began) continue;
      const place = await places.placeNow(agentId, atLeast);
      if (place !== undefined) show(place, turn.turnId);
    }
  };
  try {
    await retry(working, { isPassing, signal });
  } catch (error) {
    if (!signal.aborted) logger.warn({ err: error }, 'the status of chats is not restored');
  }
}
