import { foldMessage } from '../domain/fold-message.ts';
import type { SystemState } from '../domain/system-state.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { copyOfState } from '../projection/copy-of-state.ts';
import { type Change, changesBetween, pointerNames, pointerStep } from './json-patch.ts';

/** The maps of a state. */
const MAPS = ['agents', 'archived', 'fences', 'jobs', 'nodes', 'projects', 'users'] as const;
export type MapName = (typeof MAPS)[number];

/** An event by which something changed. */
export interface ChangedBy {
  sequence: number;
  time: string;
  type: string;
}

/** What changed of a state, and the last event that changed it; none where nobody saw it. */
export type StateChange = Change & { by?: ChangedBy };

/** Of the state whose change is asked for: all of it, or an entry of a map. */
export type Wanted = readonly [map: MapName, key: string] | undefined;

/** Folds events, and notes what each changes. */
export class WatchedFold {
  readonly state: SystemState;
  readonly #wanted: Wanted;
  readonly #forgotten: number;
  readonly #sequence: number;
  /** By pointer, entries that were changed, as they were at the beginning. */
  readonly #first = new Map<string, { map: MapName; key: string; value: unknown }>();
  /** By pointer, entries that the present event sets or deletes, as they were before it. */
  readonly #touched = new Map<string, { map: MapName; key: string; value: unknown }>();
  readonly #changedBy = new Map<string, ChangedBy>();

  /** @param from is not changed */
  constructor(from: SystemState, wanted?: Wanted) {
    this.state = copyOfState(from);
    this.#wanted = wanted;
    this.#forgotten = from.forgotten;
    this.#sequence = from.sequence;
    for (const name of MAPS) this.#watch(name);
  }

  take(message: StoredMessage): void {
    const { forgotten } = this.state;
    this.#touched.clear();
    foldMessage(this.state, message);
    const type = message.header('ce-type') ?? message.subject;
    const by = { sequence: message.sequence, time: message.time.toISOString(), type };
    if (this.state.forgotten !== forgotten) this.#changedBy.set('/forgotten', by);
    for (const [pointer, touched] of this.#touched) {
      const now = this.state[touched.map].get(touched.key);
      if (now === touched.value) continue;
      if (!this.#first.has(pointer)) this.#first.set(pointer, touched);
      for (const { path } of changesBetween(touched.value, now, pointer)) {
        this.#changedBy.set(placeOf(path), by);
      }
    }
  }

  /** What makes the state of the beginning the present one. */
  changes(): StateChange[] {
    const order = [...this.#first].sort(([a], [b]) => (a < b ? -1 : 1));
    const changes = order.flatMap(([pointer, { map, key, value }]) =>
      changesBetween(value, this.state[map].get(key), pointer),
    );
    if (this.#wanted === undefined) {
      changes.push(...changesBetween(this.#forgotten, this.state.forgotten, '/forgotten'));
      changes.push(...changesBetween(this.#sequence, this.state.sequence, '/sequence'));
    }
    const lastChange = lastChanges(this.#changedBy);
    return changes.map((change) => {
      const by = lastChange(change.path);
      return by === undefined ? change : { ...change, by };
    });
  }

  #watch(name: MapName): void {
    // Of one value each, whichever it is.
    const map: Map<string, unknown> = this.state[name];
    const touch = (key: string) => {
      const [wantedMap, wantedKey] = this.#wanted ?? [name, key];
      if (wantedMap !== name || wantedKey !== key) return;
      const pointer = pointerStep(name) + pointerStep(key);
      if (this.#touched.has(pointer)) return;
      this.#touched.set(pointer, { map: name, key, value: map.get(key) });
    };
    map.set = (key, value) => {
      touch(key);
      return Map.prototype.set.call(map, key, value);
    };
    map.delete = (key) => {
      touch(key);
      return Map.prototype.delete.call(map, key);
    };
  }
}

/** Finds of each place the last event that changed it, what it is in, or what is in it. */
function lastChanges(changedBy: ReadonlyMap<string, ChangedBy>) {
  const within = new Map<string, ChangedBy>();
  for (const [changed, by] of changedBy) {
    for (const place of [changed, ...above(changed)]) {
      within.set(place, later(by, within.get(place)));
    }
  }
  return (path: string): ChangedBy | undefined => {
    const place = placeOf(path);
    return above(place).reduce<ChangedBy | undefined>((last, each) => {
      const by = changedBy.get(each);
      return by === undefined ? last : later(by, last);
    }, within.get(place));
  };
}

const later = (one: ChangedBy, other: ChangedBy | undefined): ChangedBy =>
  other !== undefined && other.sequence > one.sequence ? other : one;

/** The places that one is in, from the nearest. */
function above(place: string): string[] {
  const places: string[] = [];
  for (let at = place.lastIndexOf('/'); at > 0; at = place.lastIndexOf('/', at - 1)) {
    places.push(place.slice(0, at));
  }
  return places;
}

/** A place in a list is another one when something before it goes: the list as a whole counts. */
function placeOf(path: string): string {
  const names = pointerNames(path);
  // The key of an entry may be a number; what is in it by a number is in a list.
  const index = names.findIndex((name, at) => at > 1 && /^\d+$/.test(name));
  return (index < 0 ? names : names.slice(0, index)).map(pointerStep).join('');
}
