/** Where code that was loaded with switches finds them. */
export const switches = 'orchestrator.tests.switches';

let count = 0;
let off = -1;
const differed = new Set<number>();

/** The number of a further switch. */
export const enter = (): number => count++;

/** Switches off one rule, and on again what was off; none with -1. */
export const switchOff = (number: number): void => {
  off = number;
};

/** The switches that would have changed something since this was asked last: no other can be found by what ran meanwhile. */
export function takeDiffered(): ReadonlySet<number> {
  const taken = new Set(differed);
  differed.clear();
  return taken;
}

/** What stands in the place of a rule: what it comes to, or what it would without the rule. */
function instead(number: number, value: unknown, without: unknown, isOther: boolean): unknown {
  if (isOther) differed.add(number);
  return off === number ? without : value;
}

const standing = {
  never: (number: number, value: unknown) => instead(number, value, false, Boolean(value)),
  always: (number: number, value: unknown) => instead(number, value, true, !value),
  nothing: (number: number, value: unknown) =>
    instead(number, value, undefined, value !== undefined && value !== null),
  other: (number: number, value: unknown) => instead(number, value, standing, true),
  one(first: number, second: number, value: unknown): unknown {
    const isFirst = Boolean(value);
    differed.add(isFirst ? second : first);
    if (off === first) return true;
    return off === second ? false : isFirst;
  },
};

(globalThis as Record<symbol, unknown>)[Symbol.for(switches)] = standing;
