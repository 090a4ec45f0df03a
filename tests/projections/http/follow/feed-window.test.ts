import test from 'ava';
import fc from 'fast-check';
import { chooseFeed } from '../../../../projections/http/follow/choose-feed.ts';
import { bytesAfter, frameOf } from '../../../../projections/http/follow/feed-chunk.ts';
import { FeedWindow } from '../../../../projections/http/follow/feed-window.ts';

/** Each piece: how far the places of its events are apart, and how far it goes beyond the last. */
const pieces = fc.array(
  fc.record({
    gaps: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 5 }),
    beyond: fc.integer({ min: 0, max: 3 }),
  }),
  { maxLength: 20 },
);

/** Of events, whose data has line breaks and frames in it as JSON writes them. */
const encoded = (ids: readonly number[]): Buffer =>
  Buffer.from(ids.map((id) => frameOf({ id, data: JSON.stringify(`\n\nid: ${id} é`) })).join(''));

const idsIn = (bytes: Uint8Array): number[] =>
  [
    ...Buffer.from(bytes)
      .toString()
      .matchAll(/^id: (\d+)$/gm),
  ].map(([, id]) => Number(id));

interface Made {
  ids: number[];
  through: number;
}

function placed(after: number, given: readonly { gaps: number[]; beyond: number }[]): Made[] {
  let place = after;
  return given.map(({ gaps, beyond }) => {
    const ids = gaps.map((gap) => {
      place += gap;
      return place;
    });
    place += beyond;
    return { ids, through: place };
  });
}

test('a part of a chunk behind any place has the events behind it, whole', (t) => {
  fc.assert(
    fc.property(fc.nat(9), pieces, fc.nat(150), (after, given, place) => {
      const made = placed(after, given);
      const ids = made.flatMap((each) => each.ids);
      const through = made.at(-1)?.through ?? after;
      const bytes = bytesAfter({ after, through, bytes: encoded(ids) }, place);
      t.deepEqual(Buffer.from(bytes), encoded(ids.filter((id) => id > place)));
    }),
  );
});

test('readers of a window, wherever they begin and however it moves on, get each event once and in order, or are told that they are behind', (t) => {
  const steps = fc.array(fc.constantFrom('push', 'read', 'drop'), { maxLength: 80 });
  fc.assert(
    fc.property(fc.nat(9), pieces, fc.nat(120), steps, (after, given, start, taken) => {
      const window = new FeedWindow(after);
      const left = placed(after, given);
      const pushed: number[] = [];
      const read: number[] = [];
      let place = start;
      for (const step of [...taken, ...given.map(() => 'push'), ...Array(40).fill('read')]) {
        const piece = step === 'push' ? left.shift() : undefined;
        if (piece !== undefined) {
          window.push(encoded(piece.ids), piece.through);
          pushed.push(...piece.ids);
        }
        if (step === 'drop') window.dropOldest();
        if (step !== 'read') continue;
        const next = window.next(place);
        t.is(next.kind === 'behind', place < window.after);
        t.is(next.kind === 'wait', place >= window.after && place >= window.head);
        if (next.kind !== 'bytes') continue;
        read.push(...idsIn(next.bytes));
        t.true(next.through > place);
        place = next.through;
      }
      t.deepEqual(
        read,
        pushed.filter((id) => id > start && id <= place),
      );
    }),
  );
});

test('what is kept is counted, and nothing is left when all was dropped', (t) => {
  fc.assert(
    fc.property(pieces, fc.integer({ min: 0, max: 4_000 }), (given, limit) => {
      const window = new FeedWindow(0);
      for (const { ids, through } of placed(0, given)) {
        const bytes = encoded(ids);
        while (!window.fits(bytes.length, limit)) window.dropOldest();
        window.push(bytes, through);
        t.true(window.size <= Math.max(limit, bytes.length + 256));
      }
      while (window.oldestThrough !== undefined) window.dropOldest();
      t.is(window.size, 0);
      t.is(window.next(window.head).kind, 'wait');
    }),
  );
});

test('a reader joins the oldest feed that has what comes next for it', (t) => {
  const feed = fc
    .tuple(fc.nat(20_000), fc.nat(10_000))
    .map(([after, more]) => ({ after, head: after + more }));
  fc.assert(
    fc.property(fc.array(feed, { maxLength: 6 }), fc.nat(40_000), (feeds, place) => {
      const chosen = chooseFeed(feeds, place);
      const having = feeds.find(({ after, head }) => after <= place && place <= head);
      if (having !== undefined) t.is(chosen, having);
      else t.true(chosen === undefined || (chosen.head < place && chosen.head > place - 5_001));
      // Nobody is sent where what it needs is gone.
      t.true(chosen === undefined || chosen.after <= place);
      // And stays where it was sent.
      if (chosen !== undefined) t.is(chooseFeed(feeds, place), chosen);
    }),
  );
});
