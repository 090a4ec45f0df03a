import type { EventLog } from '../../core/log/event-log.ts';
import type { MessageSource } from '../../schemas/events/message-source.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';

/** The clocks of Telegram and of the broker are not the same. */
const SLACK_MS = 60_000;

/**
 * A message of a chat as an agent was last told of it; undefined where it was not told.
 *
 * @param since when the message was sent, in seconds
 */
export async function earlierSource(
  log: EventLog,
  agentId: string,
  messageId: string,
  since: number,
): Promise<MessageSource | undefined> {
  const filter = subjectOf({ family: 'command', agentId, name: 'send' });
  const from = { time: new Date(since * 1_000 - SLACK_MS) };
  let found: MessageSource | undefined;
  for await (const message of log.read({ stream: 'EVENTS', filter, from })) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event' || parsed.event.type !== 'command.send') continue;
    const { sources = [] } = parsed.event.data;
    found = sources.find((source) => source.message === messageId) ?? found;
  }
  return found;
}
