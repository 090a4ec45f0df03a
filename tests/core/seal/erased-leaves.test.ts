import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type { StoredRecord } from '../../../core/log/last.ts';
import { leafHash, leavesOf, SALT_BYTES, saltAt } from '../../../core/seal/leaf-hash.ts';
import { pathOf, rootByPath, rootOf } from '../../../core/seal/merkle.ts';
import { Places, stretchesOf } from '../../../core/seal/places.ts';
import { wrongErasure } from '../../../core/seal/verify-seals.ts';

const record = (sequence: number, text: string): StoredRecord => ({
  sequence,
  time: '2026-01-04T15:30:45.5Z',
  subject: 'agents.agent-0123456789ab.command.send',
  headers: Buffer.from(''),
  payload: Buffer.from(text),
});

/** Places of a seal: what stands there, if anything, and whether it is erased. */
const places = fc.array(fc.record({ text: fc.option(fc.string()), isErased: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});

const FROM = 100;

function sealed(all: readonly { text: string | null; isErased: boolean }[]) {
  const stretch = {
    from: FROM,
    to: FROM + all.length - 1,
    salts: randomBytes(all.length * SALT_BYTES),
  };
  const records = all.flatMap(({ text }, at) => (text === null ? [] : [record(FROM + at, text)]));
  const gone = records.filter(({ sequence }) => all[sequence - FROM]?.isErased === true);
  const leaf = (one: StoredRecord) => leafHash(one, saltAt(stretch, one.sequence));
  const erased = new Map(gone.map((one) => [one.sequence, leaf(one)]));
  const left = records.filter(({ sequence }) => !erased.has(sequence));
  // Their salts are no more.
  const salts = Buffer.from(stretch.salts);
  for (const { sequence } of gone) saltAt({ ...stretch, salts }, sequence).fill(0);
  return { stretch, records, gone, left, erased, after: { ...stretch, salts, erased } };
}

test('whatever is erased of a seal, its root is the same, and what is left leads there', (t) => {
  fc.assert(
    fc.property(places, (all) => {
      const { stretch, records, left, after } = sealed(all);
      const root = rootOf(leavesOf(stretch, records)).toString('hex');
      const leaves = leavesOf(after, left);
      t.is(rootOf(leaves).toString('hex'), root);
      for (const one of left) {
        const index = one.sequence - FROM;
        const leaf = leafHash(one, saltAt(after, one.sequence));
        const found = rootByPath(leaf, index, all.length, pathOf(leaves, index));
        t.is(found?.toString('hex'), root);
      }
    }),
    { numRuns: 100 },
  );
});

test('an erasure holds as it is stated, and no other way', (t) => {
  fc.assert(
    fc.property(places, (all) => {
      const { gone, left, records, after } = sealed(all);
      const stated = new Places(stretchesOf(gone.map(({ sequence }) => sequence)));
      t.is(wrongErasure(after, left, stated), undefined);
      const [first, ...others] = gone.map(({ sequence }) => sequence);
      if (first === undefined) return;
      const less = new Places(stretchesOf(others));
      t.regex(wrongErasure(after, left, less) ?? '', new RegExp(`^Event ${first} is gone`));
      t.regex(wrongErasure(after, records, stated) ?? '', /stands there$/);
    }),
    { numRuns: 100 },
  );
});

test('stretches of places are those places', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 })), (some) => {
      const set = new Places(stretchesOf(some));
      const wanted = [...new Set(some)].sort((a, b) => a - b);
      t.is(set.size, wanted.length);
      t.deepEqual(set.within(1, 50), wanted);
      t.deepEqual(
        set.within(10, 20),
        wanted.filter((each) => each >= 10 && each <= 20),
      );
    }),
  );
});

test('stretches that overlap or touch count once', (t) => {
  const set = new Places([
    [5, 9],
    [1, 2],
    [3, 6],
    [20, 20],
  ]);
  t.deepEqual(set.stretches, [
    [1, 9],
    [20, 20],
  ]);
  t.is(set.size, 10);
  t.true(set.has(20));
  t.false(set.has(10));
});
