import { generateKeyPairSync, randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import type { StoredRecord } from '../../../core/log/last.ts';
import { absentLeaf, leavesOf, SALT_BYTES, saltAt } from '../../../core/seal/leaf-hash.ts';
import { pathOf, rootByPath, rootOf } from '../../../core/seal/merkle.ts';
import { claimText, receiptText, stepOf } from '../../../core/seal/receipt-text.ts';
import {
  bareSeal,
  NOTHING_BEFORE,
  sealHash,
  signSeal,
  signText,
} from '../../../core/seal/sign-seal.ts';
import { verifyReceipt } from '../../../core/seal/verify-receipt.ts';
import { verifyReceipt as verifyByPage } from '../../../docs/verify-receipt.mjs';
import type { Receipt } from '../../../schemas/receipt.ts';
import type { StatedSeal } from '../../../schemas/seal.ts';

const AGENT = 'agent-0123456789ab';
const LOG = '0123456789ab';
const RUNS = { numRuns: 200 };

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const KEY = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url');

const headersOf = (id: string, type: string) =>
  Buffer.from(`NATS/1.0\r\nce-id: ${id}\r\nce-type: ${type}\r\n\r\n`);

const record = (sequence: number, payload: Buffer): StoredRecord => ({
  sequence,
  time: `2026-01-04T15:30:${String(sequence % 60).padStart(2, '0')}.5Z`,
  subject: sequence === 3 ? `agents.${AGENT}.command.send` : `agents.${AGENT}.process.note`,
  headers: headersOf(`m-${sequence}`, sequence === 3 ? 'command.send' : 'process.note'),
  payload,
});

/** 20 places in seals of 8, one of which is empty; the steps are some of them. */
function issued(places: readonly number[] = [3, 4, 7, 8, 18], by = { privateKey, key: KEY }) {
  const records = Array.from({ length: 20 }, (_, index) => index + 1)
    .filter((sequence) => sequence !== 5)
    .map((sequence) =>
      // One that is no UTF-8, one that is empty.
      record(
        sequence,
        sequence === 7
          ? Buffer.of(255, 1, 254)
          : Buffer.from(sequence === 8 ? '' : `{"text":"ä ${sequence}"}`),
      ),
    );
  const seals: StatedSeal[] = [];
  const steps: Receipt['steps'] = [];
  for (let from = 1; from <= 20; from += 8) {
    const to = Math.min(20, from + 7);
    const stretch = { from, to, salts: randomBytes((to - from + 1) * SALT_BYTES) };
    const own = records.filter(({ sequence }) => sequence >= from && sequence <= to);
    const leaves = leavesOf(stretch, own);
    const before = seals.at(-1);
    seals.push(
      signSeal(
        {
          log: LOG,
          key: by.key,
          number: seals.length + 1,
          from,
          to,
          root: rootOf(leaves).toString('hex'),
          previous: before === undefined ? NOTHING_BEFORE : sealHash(before),
          sealedAt: '2026-01-04T15:31:00.000Z',
        },
        by.privateKey,
      ),
    );
    for (const each of own.filter(({ sequence }) => places.includes(sequence))) {
      const path = pathOf(leaves, each.sequence - from);
      steps.push(stepOf(each, saltAt(stretch, each.sequence), path));
    }
  }
  const last = seals.at(-1);
  const claim = {
    format: 'orchestrator-receipt-1',
    log: LOG,
    key: by.key,
    messageId: 'm-3',
    agentId: AGENT,
    issuedAt: '2026-01-04T15:32:00.000Z',
    steps,
  } as const;
  const text = claimText(claim, last === undefined ? '' : sealHash(last));
  return { ...claim, seals: seals.map(bareSeal), signature: signText(text, by.privateKey) };
}

const RECEIPT = issued();
const BYTES = Buffer.from(receiptText(RECEIPT));

/** Why the two verifiers refuse it; both must. */
function refusals(bytes: Buffer, key?: string): string[] {
  return [verifyReceipt, verifyByPage].flatMap((verify) => {
    try {
      verify(bytes, key);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}

const isRefused = (of: Receipt): boolean =>
  refusals(Buffer.from(`${JSON.stringify(of, undefined, 1)}\n`)).length === 2;

test('a receipt holds, by the program and by the page, and says by whose key', (t) => {
  t.deepEqual(refusals(BYTES), []);
  t.deepEqual(refusals(BYTES, KEY), []);
  t.is(refusals(BYTES, NOTHING_BEFORE).length, 2, 'another key was expected');
  t.deepEqual(verifyReceipt(BYTES), RECEIPT);
});

test('a receipt with any byte changed does not hold', (t) => {
  const changed = fc.record({
    at: fc.nat(BYTES.length - 1),
    by: fc.integer({ min: 1, max: 255 }),
  });
  fc.assert(
    fc.property(changed, ({ at, by }) => {
      const bytes = Buffer.from(BYTES);
      bytes[at] = (bytes[at] ?? 0) ^ by;
      return refusals(bytes).length === 2;
    }),
    RUNS,
  );
  t.pass();
});

test('a receipt with any byte removed or put in does not hold', (t) => {
  const change = fc.record({ at: fc.nat(BYTES.length - 1), put: fc.option(fc.nat(255)) });
  fc.assert(
    fc.property(change, ({ at, put }) => {
      const [before, behind] = [BYTES.subarray(0, at), BYTES.subarray(put === null ? at + 1 : at)];
      const bytes = Buffer.concat([before, put === null ? Buffer.of() : Buffer.of(put), behind]);
      return refusals(bytes).length === 2;
    }),
    RUNS,
  );
  t.pass();
});

/** Every list that differs from this one by an item that is gone, stands twice, or stands elsewhere. */
function otherLists<T>(all: readonly T[]): T[][] {
  return all.flatMap((one, at) => [
    all.toSpliced(at, 1),
    all.toSpliced(at, 0, one),
    ...[...all.keys()]
      .filter((to) => to !== at)
      .map((to) => all.toSpliced(at, 1).toSpliced(to, 0, one)),
  ]);
}

test('a receipt with any step or seal removed, repeated, or put elsewhere does not hold', (t) => {
  for (const steps of otherLists(RECEIPT.steps)) t.true(isRefused({ ...RECEIPT, steps }));
  for (const seals of otherLists(RECEIPT.seals)) t.true(isRefused({ ...RECEIPT, seals }));
});

test('what another key has signed is by that key, and nothing of it fits into this one', (t) => {
  const other = generateKeyPairSync('ed25519');
  const key = other.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const forged = issued([3, 4], { privateKey: other.privateKey, key: key.toString('base64url') });
  const bytes = Buffer.from(receiptText(forged));
  t.is(refusals(bytes, KEY).length, 2);
  t.true(isRefused({ ...forged, key: KEY }));
  t.true(isRefused({ ...RECEIPT, seals: forged.seals }));
  t.true(isRefused({ ...RECEIPT, signature: forged.signature }));
});

test('what is no receipt is refused in one sentence', (t) => {
  for (const text of ['', '{', '[]', 'null', '{}', '{"format":"orchestrator-receipt-1"}']) {
    const error = t.throws(() => verifyReceipt(Buffer.from(text)), { code: 'ORC_RECEIPT' });
    t.notRegex(error?.message ?? '', /\n/);
  }
});

test('each leaf of a tree of any size leads to its root, and to none at another index', (t) => {
  const tree = fc
    .integer({ min: 1, max: 70 })
    .chain((count) =>
      fc.record({ count: fc.constant(count), index: fc.nat(count - 1), other: fc.nat(count - 1) }),
    );
  fc.assert(
    fc.property(tree, ({ count, index, other }) => {
      const leaves = Array.from({ length: count }, (_, at) => absentLeaf(at));
      const [root, path] = [rootOf(leaves), pathOf(leaves, index)];
      const leaf = absentLeaf(index);
      const found = rootByPath(leaf, index, count, path);
      const elsewhere = rootByPath(leaf, other, count, path);
      return found?.equals(root) === true && (other === index || !elsewhere?.equals(root));
    }),
    RUNS,
  );
  t.pass();
});
