import ava from 'ava';
import { limitedHook, limitedTest } from './limits.ts';

const HOOKS: ReadonlySet<PropertyKey> = new Set(['before', 'after', 'beforeEach', 'afterEach']);

type Limit = typeof limitedTest;

/** That declaration of tests or hooks, and those that follow from it (`after.always`), of bodies with limits. */
function limited<Declare extends object>(declare: Declare, limit: Limit): Declare {
  return new Proxy(declare, {
    apply(target, self, args: unknown[]) {
      const at = args.findIndex((each) => typeof each === 'function');
      // AVA's types have held the arguments to a title, a body, and what the body is given.
      const rest = at < 0 ? args : args.with(at, limit(args[at] as Parameters<Limit>[0]));
      // What is applied is a function, which TypeScript does not conclude.
      return Reflect.apply(target as (...all: unknown[]) => void, self, rest);
    },
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function' || key === 'macro') return value;
      return limited(value, HOOKS.has(key) ? limitedHook : limit);
    },
  });
}

/** `test.serial` with what only `test` has, and with limits (limits.ts). */
export default limited(
  Object.assign(ava.serial, { serial: ava.serial, macro: ava.macro, meta: ava.meta }),
  limitedTest,
);
