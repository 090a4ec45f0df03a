import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import type { LogConnection } from '../log/connection.ts';
import { read } from '../log/read.ts';
import { Places } from './places.ts';

/** Where it is stated what was erased. */
export const ERASED = subjectOf({ family: 'stream', stream: 'EVENTS', name: 'erased' });

/** What the log says was erased from it. */
export interface StatedErasures {
  places: Places;
  /** The places of the events that say so, by their ids. */
  statedBy: ReadonlyMap<string, number>;
}

/** All that was ever erased, as the log states it. Throws as reading does. */
export async function statedErasures(
  connection: LogConnection,
  signal?: AbortSignal,
): Promise<StatedErasures> {
  const statedBy = new Map<string, number>();
  const all: (readonly [number, number])[] = [];
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter: ERASED, signal } as const;
  for await (const message of read(connection, range)) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event' || parsed.event.type !== 'log.erased') continue;
    statedBy.set(parsed.event.id, message.sequence);
    for (const stretch of parsed.event.data.places) all.push(stretch);
  }
  return { places: new Places(all), statedBy };
}
