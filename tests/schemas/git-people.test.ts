import test from 'ava';
import { gitPeople } from '../../schemas/git-people.ts';

test('people are named by channel and id, with a name and a mail address', (t) => {
  t.deepEqual(
    gitPeople('telegram/1001=Ann Lee <ann@example.com>, terminal/ben = Бен <ben@b.example>,'),
    undefined,
    'no blank before the sign',
  );
  t.deepEqual(
    [...(gitPeople('telegram/1001=Ann Lee <ann@example.com>, terminal/ben= Бен <b@b>,') ?? [])],
    [
      ['telegram/1001', { name: 'Ann Lee', email: 'ann@example.com' }],
      ['terminal/ben', { name: 'Бен', email: 'b@b' }],
    ],
  );
});

test('what git would cut off, and what is no entry, is refused', (t) => {
  const refused = [
    'ann=Ann <ann@example.com>',
    'telegram/1=<ann@example.com>',
    'telegram/1=Ann',
    'telegram/1=Ann <nowhere>',
    'telegram/1=A<n>n <ann@example.com>',
    'telegram/1=Ann\n <ann@example.com>',
    'telegram/1=Ann <a b@example.com>',
  ];
  t.deepEqual(
    refused.filter((text) => gitPeople(text) !== undefined),
    [],
  );
});
