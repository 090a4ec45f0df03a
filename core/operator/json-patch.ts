import { isDeepStrictEqual } from 'node:util';

/** An operation of a JSON patch (RFC 6902). `was`: what stood there, for whoever reads it. */
export type Change =
  | { op: 'add'; path: string; value: unknown }
  | { op: 'replace'; path: string; value: unknown; was: unknown }
  | { op: 'remove'; path: string; was: unknown };

/**
 * What makes one value of JSON another, property by property: of what is new, too, each property by itself. Done
 * in this order. What is undefined is not there. Pure.
 *
 * @param path where the values stand, as a JSON pointer (RFC 6901)
 */
export function changesBetween(before: unknown, after: unknown, path = ''): Change[] {
  if (before === after) return [];
  if (before === undefined) return added(after, path);
  if (after === undefined) return [{ op: 'remove', path, was: before }];
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(before, after, path);
  if (isObject(before) && isObject(after)) return ofObjects(before, after, path);
  if (isDeepStrictEqual(before, after)) return [];
  return [{ op: 'replace', path, value: after, was: before }];
}

/** The value with the changes made; it stays as it is itself. Throws where one of them does not fit. */
export function patched(value: unknown, changes: readonly Change[]): unknown {
  const root = { value: structuredClone(value) };
  for (const change of changes) make(root, change);
  return root.value;
}

/** A step of a JSON pointer. */
export const pointerStep = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The names that a JSON pointer goes by. */
export const pointerNames = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));

function added(value: unknown, path: string): Change[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) {
    const items = value.flatMap((item, index) => added(item, path + pointerStep(index)));
    return [{ op: 'add', path, value: [] }, ...items];
  }
  if (!isObject(value)) return [{ op: 'add', path, value }];
  const parts = Object.entries(value).flatMap(([name, part]) =>
    added(part, path + pointerStep(name)),
  );
  return [{ op: 'add', path, value: {} }, ...parts];
}

function ofObjects(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: string,
): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) =>
    changesBetween(own(before, name), own(after, name), path + pointerStep(name)),
  );
}

/** What came before the first that differs and behind the last stays. */
function ofLists(before: readonly unknown[], after: readonly unknown[], path: string): Change[] {
  const least = Math.min(before.length, after.length);
  let begin = 0;
  while (begin < least && isDeepStrictEqual(before[begin], after[begin])) begin += 1;
  let end = 0;
  const isEqualAt = (at: number) => isDeepStrictEqual(before.at(-1 - at), after.at(-1 - at));
  while (end < least - begin && isEqualAt(end)) end += 1;
  const old = before.slice(begin, before.length - end);
  const now = after.slice(begin, after.length - end);
  const both = Math.min(old.length, now.length);
  const at = (index: number) => path + pointerStep(begin + index);
  const changed = old
    .slice(0, both)
    .flatMap((item, index) => changesBetween(item, now[index], at(index)));
  const more = now.slice(both).flatMap((item, index) => added(item, at(both + index)));
  const gone = old
    .slice(both)
    .map((was, index): Change => ({ op: 'remove', path: at(both + index), was }))
    .reverse();
  return [...changed, ...more, ...gone];
}

function make(root: { value: unknown }, change: Change): void {
  const names = pointerNames(change.path);
  const last = names.pop();
  // What is made of is the copy's own.
  const value = change.op === 'remove' ? undefined : structuredClone(change.value);
  if (last === undefined) {
    root.value = value;
    return;
  }
  const parent = names.reduce<unknown>((part, name) => own(part, name), root.value);
  if (Array.isArray(parent)) {
    const index = Number(last);
    if (change.op === 'replace') parent[index] = value;
    else if (change.op === 'add') parent.splice(index, 0, value);
    else parent.splice(index, 1);
    return;
  }
  if (!isObject(parent)) throw new Error(`nothing is at ${change.path}`);
  if (change.op === 'remove') delete parent[last];
  // Not by assignment, which takes `__proto__` for something else.
  else
    Object.defineProperty(parent, last, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
}

function own(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
  // A name of its own.
  return (value as Record<string, unknown>)[name];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
