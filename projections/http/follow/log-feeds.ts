import { followConversation } from '../../../core/conversation/conversation.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import type { Followed } from '../../../core/log/follow.ts';
import type { Start } from '../../../core/log/pull-session.ts';
import type { StoredMessage } from '../../../core/log/stored-message.ts';
import { eventJson } from '../../../core/operator/event-line.ts';
import { type EventsWanted, ShownEvents } from '../../../core/operator/shown-events.ts';
import { agentFilter } from '../../../schemas/subjects.ts';
import type { LogLineView } from '../../../schemas/views.ts';
import { lineView } from '../../views/log-tail.ts';
import type { FeedPiece } from './feed.ts';
import { frameOf, type SentEvent } from './feed-chunk.ts';
import type { FollowRequest } from './shared-follows.ts';

type FeedOf = Pick<FollowRequest, 'key' | 'source'>;

/** Characters of a piece: large enough that a write is worth it, small enough to be waited for. */
const PIECE_LENGTH = 64 * 1024;

/** A talk is folded from its beginning: what is said in a turn tells which messages it serves. */
export const TALK_FROM = 1;

export function eventsFeed(
  log: EventLog,
  filter: string | undefined,
  wanted: EventsWanted,
): FeedOf {
  return {
    key: JSON.stringify(['events', filter, wanted.type, wanted.correlationId]),
    source(after, signal) {
      const shown = new ShownEvents(log, wanted, signal);
      const from = { sequence: after + 1 };
      return pieces(log.follow({ stream: 'EVENTS', from, filter, signal }), async (message) => {
        const event = await shown.of(message);
        if (event === undefined) return undefined;
        const data = eventJson(message, event.because, event.refused).trimEnd();
        return { id: message.sequence, data };
      });
    },
  };
}

export function logsFeed(log: EventLog, agentId: string): FeedOf {
  const filter = agentFilter(agentId, 'log');
  return {
    key: JSON.stringify(['logs', agentId]),
    source(after, signal) {
      const follow = { stream: 'LOGS', from: { sequence: after + 1 }, filter, signal } as const;
      return pieces(log.follow(follow), (message) => sentLine(lineView(message)));
    },
  };
}

const sentLine = (line: LogLineView): SentEvent => ({
  id: line.sequence,
  data: JSON.stringify(line),
});

/** Tells a reader that lines behind this one may be missing: so many are kept as ORCHESTRATOR_LOGS_LINES says. It moves no place. */
export const gapFrame = (after: number): string =>
  `event: gap\ndata: ${JSON.stringify({ after })}\n\n`;

export const frameOfLine = (line: LogLineView): string => frameOf(sentLine(line));

export function talkFeed(log: EventLog, agentId: string): FeedOf {
  return {
    key: JSON.stringify(['talk', agentId]),
    async *source(after, signal) {
      const talk = followConversation({ log, agentId, from: TALK_FROM, signal });
      for await (const { happenings } of talk) {
        const wanted = happenings.filter(({ sequence }) => sequence > after);
        const through = wanted.at(-1)?.sequence;
        if (through === undefined) continue;
        const sent = wanted.map((each) => ({ id: each.sequence, data: JSON.stringify(each) }));
        yield { bytes: Buffer.from(sent.map(frameOf).join('')), through };
      }
    },
  };
}

async function* pieces(
  batches: AsyncIterable<Followed>,
  sentOf: (message: StoredMessage) => SentEvent | undefined | Promise<SentEvent | undefined>,
): AsyncGenerator<FeedPiece, void, undefined> {
  for await (const { messages } of batches) {
    let text = '';
    for (const [at, message] of messages.entries()) {
      const sent = await sentOf(message);
      if (sent !== undefined) text += frameOf(sent);
      if (text.length < PIECE_LENGTH && at < messages.length - 1) continue;
      yield { bytes: Buffer.from(text), through: message.sequence };
      text = '';
    }
  }
}

/**
 * The place in EVENTS behind which a follow from this start goes on. Throws as reading the log does.
 */
export async function placeBefore(
  log: EventLog,
  start: Start,
  { filter, signal }: { filter: string | undefined; signal: AbortSignal },
): Promise<number> {
  if ('sequence' in start) return start.sequence - 1;
  const last = await log.lastSequence('EVENTS');
  const range = { stream: 'EVENTS', from: start, until: last, filter, signal } as const;
  for await (const { sequence } of log.read(range)) return sequence - 1;
  return last;
}
