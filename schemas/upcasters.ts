import type { EventType } from './event-catalogue.ts';

type Upcaster = (data: unknown) => unknown;

/**
 * How the data of an older version becomes the next: `UPCASTERS[type][version]` takes that version
 * to `version + 1`. An old log must fold to the same state for ever; tests/histories/ holds some.
 */
const UPCASTERS: Partial<Record<EventType, Record<number, Upcaster>>> = {
  'delivery.failed': { 1: withoutWhatWasPlain },
};

/** `plain` stood for what was refused before other things than entities could be. */
function withoutWhatWasPlain(data: unknown): unknown {
  const isPlain = typeof data === 'object' && data !== null && 'plain' in data && data.plain;
  return isPlain ? { ...data, without: ['entities'] } : data;
}

/** The data of `version` as today's schema wants it. */
export function upcast(
  type: EventType,
  version: number,
  data: unknown,
  table = UPCASTERS,
): unknown {
  let current = data;
  for (let from = version; table[type]?.[from] !== undefined; from += 1) {
    current = table[type]?.[from]?.(current);
  }
  return current;
}
