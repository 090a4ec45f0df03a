import test from 'ava';
import { shownName } from '../../../bot/updates/shown-name.ts';
import { EVENT_CATALOGUE } from '../../../schemas/event-catalogue.ts';

const person = (first: string, last?: string) => ({
  from: { id: 1, is_bot: false, first_name: first, ...(last && { last_name: last }) },
  chat: { id: 1, type: 'private' as const, first_name: first },
});

test('F10: of any name that somebody took on Telegram the characters that show are noted', (t) => {
  t.is(shownName(person('Ann', 'Lee')), 'Ann Lee');
  t.is(shownName(person('👩‍💻 Анна')), '👩‍💻 Анна');
  t.is(shownName(person('\u202eeoJ\u202c', 'a\x1b[2Jb')), 'eoJ a[2Jb');
  t.is(shownName(person('\u200f\u2066')), '?');
  t.is(shownName(person('x'.repeat(100))).length, 64);
  const group = { chat: { id: -1, type: 'group' as const, title: 'The\u2029 group' } };
  t.is(shownName({ ...group, from: undefined }), 'The group');
});

test('F10: such a name, unlike the one that was given, is one that the log takes', (t) => {
  const introduced = EVENT_CATALOGUE['user.introduced'];
  const given = person('a\u202eb');
  t.false(introduced.safeParse({ name: given.from.first_name }).success);
  t.true(introduced.safeParse({ name: shownName(given) }).success);
});
