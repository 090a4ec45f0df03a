import {
  createAccount,
  createOperator,
  createUser,
  encodeAccount,
  encodeUser,
  type User,
} from '@nats-io/jwt';
import { Prefix } from '@nats-io/nkeys';
import test from 'ava';
import { verifiedClaims } from '../../../platform/nats/verified-claims.ts';

const account = createAccount();
const userJwt = () => encodeUser('a user', createUser(), account, { pub: { allow: ['a.b'] } });

/** Another text in the place of one of the three parts. */
const withPart = (jwt: string, index: number, part: string): string =>
  jwt.split('.').with(index, part).join('.');

const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

test('the claims of a JWT that the package signed are read', async (t) => {
  const { nats, name, iss } = verifiedClaims<User>(await userJwt(), Prefix.Account);
  t.deepEqual(nats.pub, { allow: ['a.b'] });
  t.is(name, 'a user');
  t.is(iss, account.getPublicKey());
  const operator = createOperator();
  const signed = await encodeAccount('agents', account, {}, { signer: operator });
  t.is(verifiedClaims(signed, Prefix.Operator).sub, account.getPublicKey());
});

test('a JWT whose issuer is another sort of key is refused', async (t) => {
  const jwt = await userJwt();
  t.throws(() => verifiedClaims(jwt, Prefix.Operator), { message: /signature/ });
});

test('claims that were changed, or that another key signed, are refused', async (t) => {
  const jwt = await userJwt();
  const [, body = '', signature = ''] = jwt.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
  const wider = { ...claims, nats: { ...claims.nats, pub: { allow: ['>'] } } };
  const others = { ...claims, iss: createAccount().getPublicKey() };
  const forged = [
    withPart(jwt, 1, encoded(wider)),
    withPart(jwt, 1, encoded(others)),
    withPart(
      jwt,
      2,
      signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    ),
    withPart(jwt, 2, ''),
  ];
  for (const each of forged) {
    t.throws(() => verifiedClaims(each, Prefix.Account), { message: /signature/ }, each);
  }
});

test('a JWT that says another algorithm, or none, is refused', async (t) => {
  const jwt = await userJwt();
  for (const alg of ['none', 'HS256', 'ed25519', undefined]) {
    const other = withPart(jwt, 0, encoded({ typ: 'JWT', alg }));
    t.throws(() => verifiedClaims(other, Prefix.Account), { message: /version 2/ });
  }
});

test('what is no JWT is refused', async (t) => {
  const jwt = await userJwt();
  for (const text of ['', 'a.b.c', `${jwt}.more`, jwt.slice(0, jwt.indexOf('.'))]) {
    t.throws(() => verifiedClaims(text, Prefix.Account), undefined, text);
  }
});
