/** What the console shows, and the address of it: behind the `#`, so that it is sent to nobody. */
export type Place =
  | { view: 'agents' }
  /** `at`: the sequence of the log that is to be seen. */
  | { view: 'conversation'; agent: string; at?: number }
  /** Of the message, or of any event that came of it. */
  | { view: 'waterfall'; sequence: number }
  | { view: 'deliveries'; which: 'owed' | 'all' }
  | { view: 'overview'; hours: number }
  /** Without a sequence: as of the last event. */
  | { view: 'log'; at?: number };

export const HOURS = [1, 3, 12, 24] as const;
const USUAL_HOURS = 3;

/** The place that an address names; the agents where it names none. Pure, and never throws. */
export function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first = '', second = ''] = path.split('/').map(decoded);
  const query = new URLSearchParams(search);
  const at = sequenceOf(query.get('at') ?? '');
  switch (first) {
    case 'agents':
      if (second === '') return { view: 'agents' };
      return { view: 'conversation', agent: second, ...(at !== undefined && { at }) };
    case 'messages': {
      const sequence = sequenceOf(second);
      return sequence === undefined ? { view: 'agents' } : { view: 'waterfall', sequence };
    }
    case 'deliveries':
      return { view: 'deliveries', which: second === 'all' ? 'all' : 'owed' };
    case 'overview': {
      const hours = HOURS.find((each) => each === Number(second));
      return { view: 'overview', hours: hours ?? USUAL_HOURS };
    }
    case 'log': {
      const place = sequenceOf(second);
      return { view: 'log', ...(place !== undefined && { at: place }) };
    }
    default:
      return { view: 'agents' };
  }
}

/** The address of a place. Pure. */
export function addressOf(place: Place): string {
  switch (place.view) {
    case 'agents':
      return '#/agents';
    case 'conversation': {
      const at = place.at === undefined ? '' : `?at=${place.at}`;
      return `#/agents/${encodeURIComponent(place.agent)}${at}`;
    }
    case 'waterfall':
      return `#/messages/${place.sequence}`;
    case 'deliveries':
      return place.which === 'all' ? '#/deliveries/all' : '#/deliveries';
    case 'overview':
      return `#/overview/${place.hours}`;
    case 'log':
      return place.at === undefined ? '#/log' : `#/log/${place.at}`;
  }
}

const sequenceOf = (text: string): number | undefined =>
  /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;

/** Somebody may have typed it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
