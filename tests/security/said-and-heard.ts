import type { EventLog } from '../../core/log/event-log.ts';
import { isAgentsWord, type StreamName } from '../../schemas/subjects.ts';

/**
 * What agents said, as SAID has it and as EVENTS has it, in order: undefined where both are the same,
 * else the first place at which they are not.
 */
export async function firstUnheard(
  log: EventLog,
): Promise<{ at: number; said: string | undefined; heard: string | undefined } | undefined> {
  await log.heard('agents.>');
  const [said, heard] = [await words(log, 'SAID'), await words(log, 'EVENTS')];
  const at = said.findIndex((word, index) => word !== heard[index]);
  if (at >= 0) return { at, said: said[at], heard: heard[at] };
  return heard.length === said.length
    ? undefined
    : { at: said.length, said: undefined, heard: heard[said.length] };
}

async function words(log: EventLog, stream: StreamName): Promise<string[]> {
  const found: string[] = [];
  for await (const message of log.read({ stream, from: { sequence: 1 } })) {
    if (!isAgentsWord(message.subject)) continue;
    found.push(`${message.subject} ${message.header('ce-id')} ${Buffer.from(message.payload)}`);
  }
  return found;
}
