/** Merges two sequences that are each in order of time into one that is. */
export async function* mergeByTime<T extends { time: Date }>(
  one: AsyncIterable<T>,
  other: AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const [left, right] = [one[Symbol.asyncIterator](), other[Symbol.asyncIterator]()];
  let [a, b] = await Promise.all([left.next(), right.next()]);
  while (!a.done || !b.done) {
    if (!a.done && (b.done || a.value.time <= b.value.time)) {
      yield a.value;
      a = await left.next();
    } else if (!b.done) {
      yield b.value;
      b = await right.next();
    }
  }
}
