import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { ChangeSignal } from '../../../../platform/async/change-signal.ts';
import type { FeedPiece } from '../../../../projections/http/follow/feed.ts';
import { frameOf } from '../../../../projections/http/follow/feed-chunk.ts';
import { SharedFollows } from '../../../../projections/http/follow/shared-follows.ts';

/** Searched as bytes: there are many. */
function idsIn(bytes: Uint8Array): number[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ids: number[] = [];
  for (let at = 0; at < all.length; at = all.indexOf('\n\n', at) + 2) {
    ids.push(Number(all.toString('latin1', at + 'id: '.length, all.indexOf('\n', at))));
  }
  return ids;
}

/** A stream of numbered events, of so many bytes each, that grows. */
class Numbers {
  readonly #changes = new ChangeSignal();
  readonly #data: string;
  last = 0;
  /** How often somebody began to follow it. */
  begun = 0;
  /** Thrown to those who follow. */
  failure: Error | undefined;

  constructor(bytes = 10) {
    this.#data = JSON.stringify('x'.repeat(bytes));
  }

  add(count: number): void {
    this.last += count;
    this.#changes.changed();
  }

  fail(failure: Error | undefined): void {
    this.failure = failure;
    this.#changes.changed();
  }

  source = async function* (
    this: Numbers,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<FeedPiece> {
    this.begun += 1;
    for (let place = after; !signal.aborted; ) {
      const more = () => this.last > place || this.failure !== undefined;
      await this.#changes.until(more, signal).catch(() => undefined);
      if (this.failure !== undefined) throw this.failure;
      for (; place < this.last && !signal.aborted; await setImmediate()) {
        const through = Math.min(this.last, place + 100);
        let text = '';
        for (let id = place + 1; id <= through; id += 1) text += frameOf({ id, data: this.#data });
        place = through;
        yield { bytes: Buffer.from(text), through };
      }
    }
  }.bind(this);
}

interface Reading {
  after: number;
  until: number;
  /** Is called before each piece is taken. */
  pace?: (() => Promise<unknown>) | undefined;
}

/** What a reader has had when it has the last that it wants. */
async function read(
  follows: SharedFollows,
  numbers: Numbers,
  { after, until, pace }: Reading,
): Promise<number[]> {
  const ids: number[] = [];
  const signal = new AbortController().signal;
  if (after >= until) return ids;
  for await (const bytes of follows.read({ key: 'n', source: numbers.source, after, signal })) {
    await pace?.();
    for (const id of idsIn(bytes)) ids.push(id);
    if ((ids.at(-1) ?? 0) >= until) break;
  }
  return ids;
}

/** Each of them once and in order. Not by the test's own comparison, which takes its time. */
const isWhole = (t: ExecutionContext, ids: number[], after: number, until: number) =>
  t.true(isDeepStrictEqual(ids, numbered(after, until)), `${ids.length} behind ${after}`);

const numbered = (after: number, until: number): number[] =>
  Array.from({ length: Math.max(0, until - after) }, (_, at) => after + 1 + at);

test('readers that begin anywhere and take what they like get each event once and in order, and nothing goes on without them', async (t) => {
  const readers = fc.array(fc.record({ after: fc.nat(1_500), late: fc.nat(5), turns: fc.nat(4) }), {
    minLength: 1,
    maxLength: 8,
  });
  const grown = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(readers, grown, async (given, steps) => {
      const ended = new AbortController();
      const follows = new SharedFollows(ended.signal);
      const numbers = new Numbers(8_000);
      const until = steps.reduce((sum, step) => sum + step, 0);
      const pause = async (turns: number) => {
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
      };
      const reading = given.map(async ({ after, late, turns }) => {
        await pause(late);
        const pace = () => pause(turns);
        return { after, ids: await read(follows, numbers, { after, until, pace }) };
      });
      for (const step of steps) {
        numbers.add(step);
        await setImmediate();
      }
      for (const { after, ids } of await Promise.all(reading)) {
        isWhole(t, ids, after, until);
      }
      await setImmediate();
      t.is(follows.size, 0);
    }),
    { numRuns: 20 },
  );
});

test('a hundred readers of one stream follow it once', async (t) => {
  const follows = new SharedFollows(new AbortController().signal);
  const numbers = new Numbers();
  numbers.add(500);
  const reading = Array.from({ length: 100 }, () =>
    read(follows, numbers, { after: 0, until: 3_000 }),
  );
  numbers.add(2_500);
  for (const ids of await Promise.all(reading)) isWhole(t, ids, 0, 3_000);
  t.is(numbers.begun, 1);
});

test('a reader that stalls holds up nobody, goes on by itself where it was, and joins the others where it meets them', async (t) => {
  const follows = new SharedFollows(new AbortController().signal);
  const numbers = new Numbers(1_000);
  const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  // Twice as much as is kept for those who are behind.
  const until = 8_000;
  const stalled = read(follows, numbers, {
    after: 0,
    until: until + 1,
    pace() {
      begun.resolve();
      return released.promise;
    },
  });
  numbers.add(100);
  await begun.promise;
  numbers.add(until - 100);
  const others = await Promise.all(
    [1, 2, 3].map(() => read(follows, numbers, { after: 0, until })),
  );
  for (const ids of others) isWhole(t, ids, 0, until);
  const live = read(follows, numbers, { after: until, until: until + 1 });
  released.resolve();
  // First it follows on its own, then with the one who waits at the end.
  while (follows.size === 1) await setImmediate();
  while (follows.size === 2) await setImmediate();
  t.is(follows.size, 1);
  numbers.add(1);
  t.deepEqual(await live, [until + 1]);
  isWhole(t, await stalled, 0, until + 1);
});

test('a failure is told to all who read, who have had everything that was there, and the next reader begins anew', async (t) => {
  const follows = new SharedFollows(new AbortController().signal);
  const numbers = new Numbers();
  const reading = [1, 2].map(async () => {
    const had: number[] = [];
    const pace = async () => had.push(1);
    const failed = read(follows, numbers, { after: 0, until: 1_000, pace });
    await t.throwsAsync(failed, { message: 'the stream is gone' });
    return had.length;
  });
  numbers.add(10);
  await setImmediate();
  await setImmediate();
  numbers.fail(new Error('the stream is gone'));
  t.deepEqual(await Promise.all(reading), [1, 1]);
  numbers.fail(undefined);
  t.deepEqual(await read(follows, numbers, { after: 0, until: 10 }), numbered(0, 10));
});

test('a reader that is gone leaves, also while it waits, and with the last one the following ends', async (t) => {
  const follows = new SharedFollows(new AbortController().signal);
  const numbers = new Numbers();
  const gone = new AbortController();
  const { signal } = gone;
  const read = follows.read({ key: 'n', source: numbers.source, after: 0, signal });
  const first = read.next();
  await setImmediate();
  t.is(follows.size, 1);
  gone.abort();
  t.true((await first).done);
  await setImmediate();
  t.is(follows.size, 0);
});
