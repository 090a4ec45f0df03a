import type { SystemState } from '../domain/system-state.ts';

/** The maps of a state, which are most of it. */
const MAPS = ['agents', 'fences', 'archived', 'users', 'projects', 'jobs', 'nodes'] as const;

type MapName = (typeof MAPS)[number];

/** A key of a map with its value, or without one where it is gone. */
export type Entry = [map: MapName, key: string, value: unknown] | [map: MapName, key: string];

/** The maps as they were at a time: references, for aggregates are replaced when they change. */
export type Noted = Readonly<Record<MapName, ReadonlyMap<string, unknown>>>;

export const noted = (state: SystemState): Noted => ({
  agents: new Map(state.agents),
  fences: new Map(state.fences),
  archived: new Map(state.archived),
  users: new Map(state.users),
  projects: new Map(state.projects),
  jobs: new Map(state.jobs),
  nodes: new Map(state.nodes),
});

export const entriesIn = (maps: Noted): number =>
  MAPS.reduce((sum, map) => sum + maps[map].size, 0);

/** Nothing at all. */
export const NOTHING: Noted = {
  agents: new Map(),
  fences: new Map(),
  archived: new Map(),
  users: new Map(),
  projects: new Map(),
  jobs: new Map(),
  nodes: new Map(),
};

/**
 * What makes the maps as they were those that they are: done in this order, it leaves every map in the
 * order that it has. What was taken out and put in again stands at the end of a map, so it is taken
 * out here as well.
 */
export const changedEntries = (before: Noted, now: Noted): Entry[] =>
  MAPS.flatMap((map) => changesOf(map, before[map], now[map]));

function changesOf(
  map: MapName,
  before: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
): Entry[] {
  const gone: Entry[] = [];
  const set: Entry[] = [];
  const old = before.keys();
  let known = old.next();
  for (const [key, value] of now) {
    for (; !known.done && known.value !== key; known = old.next()) gone.push([map, known.value]);
    // Behind the last of what was there, all is new.
    if (known.done || before.get(key) !== value) set.push([map, key, value]);
    if (!known.done) known = old.next();
  }
  for (; !known.done; known = old.next()) gone.push([map, known.value]);
  return [...gone, ...set];
}

/** Does one of them to a state. */
export function applyEntry(state: SystemState, [map, key, ...value]: Entry): void {
  if (value.length === 0) state[map].delete(key);
  // What is set was taken from the map of the same name, by the same version of the fold.
  else state[map].set(key, value[0] as never);
}
