import { createAccount, createOperator, createUser, fromPublic, fromSeed } from '@nats-io/jwt';
import test from 'ava';
import { keyPair } from '../../../platform/nats/key-pair.ts';

const text = new TextEncoder().encode('what is signed');

for (const [name, create] of Object.entries({ createOperator, createAccount, createUser })) {
  test(`what ${name} makes signs and is named as by the package`, (t) => {
    const theirs = create();
    const ours = keyPair(theirs.getSeed());
    t.is(ours.getPublicKey(), theirs.getPublicKey());
    t.deepEqual(ours.getPrivateKey(), theirs.getPrivateKey());
    t.deepEqual(ours.getSeed(), theirs.getSeed());
    t.deepEqual(new Uint8Array(ours.sign(text)), theirs.sign(text));
    t.true(fromPublic(ours.getPublicKey()).verify(text, ours.sign(text)));
    t.true(ours.verify(text, theirs.sign(text)));
    t.false(ours.verify(new Uint8Array(3), theirs.sign(text)));
  });
}

test('a pair that was cleared has no seed any more', (t) => {
  const pair = keyPair(createUser().getSeed());
  pair.clear();
  t.throws(() => pair.getSeed(), { message: /cleared/ });
});

test('what is no seed is refused', (t) => {
  t.throws(() => keyPair(new TextEncoder().encode('SUNOT')));
  t.throws(() =>
    keyPair(new TextEncoder().encode(fromSeed(createUser().getSeed()).getPublicKey())),
  );
});
