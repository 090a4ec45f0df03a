import test from 'ava';
import { PAIRING_MS, Pairing, pairingCode } from '../../bot/people/pairing.ts';

test('a code lets in one person, who may bring it again, and nobody else', (t) => {
  const pairing = new Pairing();
  const code = pairing.offer('1');
  t.regex(code, /^[A-HJ-NP-Z2-9]{6}$/);
  t.is(pairing.take(code.toLowerCase(), '2'), '1', 'nobody has to write capitals');
  t.is(pairing.take(code, '2'), '1', 'an update that is brought again');
  t.is(pairing.take(code, '3'), undefined);
  t.is(pairing.take(pairing.offer('9'), '3'), '9');
});

test('a code counts for ten minutes', (t) => {
  let now = 0;
  const pairing = new Pairing(() => now);
  const code = pairing.offer('1');
  now = PAIRING_MS - 1;
  t.is(pairing.take(code, '2'), '1');
  now = PAIRING_MS;
  t.is(pairing.take(code, '2'), undefined);
});

test('after twenty wrong codes none counts, until there is a new one', (t) => {
  const pairing = new Pairing();
  const code = pairing.offer('1');
  for (let index = 0; index < 20; index += 1) t.is(pairing.take('AAAAA1', `${index}`), undefined);
  t.is(pairing.take(code, '2'), undefined);
  t.is(pairing.take(pairing.offer('1'), '2'), '1');
});

test('a code stands behind /pair or /start, and nowhere else', (t) => {
  t.is(pairingCode('/pair K7Q2MF'), 'K7Q2MF');
  t.is(pairingCode(' /start k7q2mf '), 'k7q2mf');
  t.is(pairingCode('/pair@my_bot K7Q2MF'), 'K7Q2MF');
  for (const other of ['K7Q2MF', '/pair', '/pair K7Q2M', '/pair K7Q2MFX', '/allow K7Q2MF']) {
    t.is(pairingCode(other), undefined, other);
  }
});
