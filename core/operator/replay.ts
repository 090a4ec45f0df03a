import { agentFilter } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { mergeByTime } from './merge-by-time.ts';
import { type NamedPlace, placeInLog } from './place-in-log.ts';
import type { ReplayPace } from './replay-pace.ts';

export interface Replayed {
  from?: NamedPlace | undefined;
  /** The end of the log as of the call without. */
  to?: NamedPlace | undefined;
  /** Of this agent alone. */
  agentId?: string | undefined;
}

/**
 * Everything that happened between two places, facts and output, each when it is due. It is read and never done
 * again. Throws as {@link placeInLog} does, as reading the log does, and the signal's reason.
 */
export async function* replay(
  log: EventLog,
  { from, to, agentId }: Replayed,
  pace: Pick<ReplayPace, 'due'>,
  signal: AbortSignal,
): AsyncGenerator<StoredMessage, void, undefined> {
  const first = from === undefined ? 1 : Math.max(1, await placeInLog(log, from, signal));
  const last =
    to === undefined ? await log.lastSequence('EVENTS') : await placeInLog(log, to, signal);
  const start = (await log.at('EVENTS', first))?.time;
  const end = to === undefined ? undefined : (await log.at('EVENTS', last))?.time;
  const filter = agentId === undefined ? undefined : agentFilter(agentId);
  const range = { from: { sequence: first }, until: last, filter, signal } as const;
  // Output has sequences of its own: its times say what came when.
  const lines = log.read({
    stream: 'LOGS',
    from: first === 1 || start === undefined ? { sequence: 1 } : { time: start },
    filter,
    signal,
  });
  for await (const message of mergeByTime(log.read({ stream: 'EVENTS', ...range }), lines)) {
    if (end !== undefined && message.time > end) continue;
    await pace.due(message.time, signal);
    yield message;
  }
}
