import { parseDuration } from '../../schemas/durations.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isToken } from '../../schemas/ids.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';

/** A place in EVENTS as a person names it. */
export type NamedPlace = { sequence: number } | { time: Date } | { id: string };

/**
 * `--at`, `--from`, `--to`: a sequence, an instant, how long ago, or the id of an event. Pure. Throws ORC_USAGE that
 * names the option.
 */
export function namedPlace(option: string, text: string, now: Date): NamedPlace {
  if (/^\d+$/.test(text)) return { sequence: Number(text) };
  const ago = parseDuration(text);
  if (ago !== undefined) return { time: new Date(now.getTime() - ago) };
  // An id may begin as a date does; no date is one.
  const time = /^\d{4}-\d{2}/.test(text) ? new Date(text) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) {
    if (time <= now) return { time };
    throw new OrchestratorError('ORC_USAGE', `${option} ${JSON.stringify(text)} is in the future`);
  }
  if (isEventId(text)) return { id: text };
  const what = `${option} ${JSON.stringify(text)} is no sequence, instant, duration or event id`;
  throw new OrchestratorError('ORC_USAGE', what);
}

/** Ids that are derived may have a colon between their parts. */
const isEventId = (text: string): boolean => text.split(/[:.]/).every(isToken);

/**
 * The sequence of a place; of a time, the last event up to it. The end of the log where it is behind that. Throws
 * ORC_EVENT_NOT_FOUND, and as reading the log does.
 */
export async function placeInLog(
  log: EventLog,
  place: NamedPlace,
  signal?: AbortSignal,
): Promise<number> {
  const last = await log.lastSequence('EVENTS');
  if ('sequence' in place) return Math.min(place.sequence, last);
  if ('id' in place) return sequenceOfId(log, place.id, signal);
  const after = { time: new Date(place.time.getTime() + 1) };
  const range = { stream: 'EVENTS', from: after, headersOnly: true, signal } as const;
  for await (const { sequence } of log.read(range)) return sequence - 1;
  return last;
}

/** Ids are no index of the log: it is read without what events say. */
async function sequenceOfId(
  log: EventLog,
  id: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  const [, agentId] = /^(agent-[0-9a-f]{12})_/.exec(id) ?? [];
  const filter = agentId === undefined ? undefined : agentFilter(agentId);
  const all = { stream: 'EVENTS', from: { sequence: 1 }, headersOnly: true } as const;
  for await (const message of log.read({ ...all, filter, signal })) {
    if (message.header('ce-id') === id) return message.sequence;
  }
  throw new OrchestratorError('ORC_EVENT_NOT_FOUND', `There is no event ${JSON.stringify(id)}`);
}
