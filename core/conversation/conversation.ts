import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';
import { Speakers } from './speakers.ts';
import { agentOf, evolveTalk, type Happening, happeningOf, newTalk, type Talk } from './talk.ts';

/** What came since the batch before. */
export interface ConversationBatch {
  happenings: readonly Happening[];
  /** The talks as they are after them, by agent. */
  talks: ReadonlyMap<string, Talk>;
  /** Everything that was stored when the following began has been in this or an earlier batch. */
  caughtUp: boolean;
}

export interface ConversationOptions {
  log: EventLog;
  /** One agent; all of them without. */
  agentId?: string | undefined;
  /** First sequence of EVENTS that is read: at most that of the first message one cares for. */
  from: number;
  signal?: AbortSignal | undefined;
}

/**
 * Follows what agents and people say, in the order of the log, through restarts of the server,
 * until the signal aborts. Talks in which nothing is open are forgotten, so that it can go on for
 * ever. What does not parse, and what an agent says after its end, is left out; the spawner sees to
 * the dead letters.
 */
export async function* followConversation(
  options: ConversationOptions,
): AsyncGenerator<ConversationBatch, void, undefined> {
  const { log, agentId, from, signal } = options;
  const talks = new Map<string, Talk>();
  const speakers = new Speakers(log, { patienceMs: Number.POSITIVE_INFINITY, signal });
  const filter = agentId === undefined ? 'agents.>' : agentFilter(agentId);
  const follow = log.follow({ stream: 'EVENTS', from: { sequence: from }, filter, signal });
  for await (const { messages, caughtUp } of follow) {
    const happenings: Happening[] = [];
    for (const message of messages) {
      const parsed = parseEvent(message);
      const agent = agentOf(message.subject);
      if (parsed.kind !== 'event' || agent === undefined) continue;
      const heard = await isHeard(speakers, parsed.event, signal);
      // Nothing of this batch is told: whoever follows on from it meets it again.
      if (heard === undefined) return;
      if (!heard) continue;
      const talk = talks.get(agent) ?? newTalk(agent);
      const happening = happeningOf(talk, parsed.event);
      if (happening !== undefined) happenings.push(happening);
      talks.set(agent, evolveTalk(talk, parsed.event));
    }
    yield { happenings, talks, caughtUp };
    for (const [agent, talk] of talks) {
      // One in which nothing is open is as good as a new one.
      if (talk.open.length === 0 && talk.turnId === null) talks.delete(agent);
    }
  }
}

/** Undefined where nobody wants to know any more. */
async function isHeard(
  speakers: Speakers,
  event: StoredEvent,
  signal: AbortSignal | undefined,
): Promise<boolean | undefined> {
  try {
    return (await speakers.refusal(event)) === undefined;
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}
