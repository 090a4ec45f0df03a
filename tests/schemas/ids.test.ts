import test from 'ava';
import fc from 'fast-check';
import {
  agentEventId,
  asToken,
  derivedId,
  isAgentEventId,
  isAgentId,
  isToken,
  newAgentId,
  newId,
} from '../../schemas/ids.ts';
import { anyCharacter } from '../support/any-character.ts';

test('new ids are what they should be, and never the same', (t) => {
  const ids = Array.from({ length: 100 }, newAgentId);
  t.true(ids.every(isAgentId));
  t.is(new Set(ids).size, 100);
  t.regex(newId('msg'), /^msg-[0-9a-f-]{36}$/);
  t.true(isToken(newId('msg')));
});

test('what an agent states has an id of its own, whichever kind it is, and never the same', (t) => {
  const [one, other] = [newAgentId(), newAgentId()];
  const ids = Array.from({ length: 100 }, () => agentEventId(one, 'question'));
  t.true(ids.every((id) => isAgentEventId(one, id) && isToken(id)));
  t.false(ids.some((id) => isAgentEventId(other, id)));
  t.is(new Set(ids).size, 100);
});

test('a derived id is the same for the same cause, and another for any other', (t) => {
  t.is(derivedId('run-', 'a', 'b'), derivedId('run-', 'a', 'b'));
  t.regex(derivedId('run-', 'a'), /^run-[0-9a-f]{12}$/);
  const causes = [['a'], ['b'], ['a', 'b'], ['ab'], ['b', 'a'], ['a', ''], []];
  t.is(new Set(causes.map((cause) => derivedId('run-', ...cause))).size, causes.length);
});

test('any text can be made a token: itself where it is one, else the same one each time', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      t.true(isToken(asToken(text)));
      t.is(asToken(text), asToken(text));
      if (isToken(text)) t.is(asToken(text), text);
    }),
  );
  t.not(asToken('a.b'), asToken('a>b'));
});

test('a token ends where its line ends', (t) => {
  t.false(isToken('abc\n'));
  t.false(isAgentId('agent-0123456789ab\n'));
});
