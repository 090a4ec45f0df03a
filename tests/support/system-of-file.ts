import test from 'ava';
import { startSystem, type TestSystem } from './system.ts';

/** One system for the tests of a file: started by the first that asks for it, and gone with the file. */
export function systemOfFile(): () => Promise<TestSystem> {
  const leavings: (() => unknown)[] = [];
  let shared: Promise<TestSystem> | undefined;
  test.after.always(async () => {
    for (const undo of leavings.reverse()) await undo();
  });
  return () => {
    shared ??= startSystem({ teardown: (undo) => leavings.push(undo) });
    return shared;
  };
}
