import test, { type ExecutionContext } from 'ava';

/** One of something for the tests of a file: started by the first that asks for it, and gone with the file. */
export function ofFile<T>(
  start: (t: Pick<ExecutionContext, 'teardown'>) => Promise<T>,
): () => Promise<T> {
  const leavings: (() => unknown)[] = [];
  let shared: Promise<T> | undefined;
  test.after.always(async () => {
    for (const undo of leavings.reverse()) await undo();
  });
  return () => {
    shared ??= start({ teardown: (undo) => leavings.push(undo) });
    return shared;
  };
}
