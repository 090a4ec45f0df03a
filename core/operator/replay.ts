import { agentFilter } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { type NamedRange, readRange } from './range-in-log.ts';
import type { ReplayPace } from './replay-pace.ts';

export interface Replayed extends NamedRange {
  /** Of this agent alone. */
  agentId?: string | undefined;
}

/**
 * Everything that happened in a part of the log, facts and output, each when it is due. It is read and never done
 * again. Throws as {@link readRange} does, and the signal's reason.
 */
export async function* replay(
  log: EventLog,
  { agentId, ...range }: Replayed,
  pace: Pick<ReplayPace, 'due'>,
  signal: AbortSignal,
): AsyncGenerator<StoredMessage, void, undefined> {
  const filter = agentId === undefined ? undefined : agentFilter(agentId);
  for await (const message of readRange(log, range, { events: filter, lines: filter }, signal)) {
    await pace.due(message.time, signal);
    yield message;
  }
}
