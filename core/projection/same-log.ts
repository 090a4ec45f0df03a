import type { EventLog } from '../log/event-log.ts';
import type { Checkpoint } from './checkpoint-file.ts';

/**
 * Whether a checkpoint is of what the log has now. A log that was put back from a backup has the same stream, and
 * at the same place another message. Throws as {@link EventLog.at} does.
 */
export async function isOfLog(
  log: EventLog,
  { sequence, seenAt }: Pick<Checkpoint, 'sequence' | 'seenAt'>,
): Promise<boolean> {
  const message = seenAt === undefined ? undefined : await log.at('EVENTS', sequence);
  return message === undefined || message.time.toISOString() === seenAt;
}
