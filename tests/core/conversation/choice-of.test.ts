import test from 'ava';
import fc from 'fast-check';
import { choiceOf, namedChoice } from '../../../core/conversation/choice-of.ts';

const CHOICES = ['once', 'for this session', 'always', 'no'];

test('D4: a choice is meant by its number, itself, or a beginning that is its own', (t) => {
  const meant: [string, string][] = [
    ['1', 'once'],
    [' 4. ', 'no'],
    ['2)', 'for this session'],
    ['Always', 'always'],
    ['for', 'for this session'],
    ['N', 'no'],
  ];
  for (const [text, choice] of meant) t.is(choiceOf(text, CHOICES), choice);
});

test('D4: anything else is no choice', (t) => {
  for (const text of ['', ' ', '0', '5', '-1', '1.5', 'yes', 'nope', 'on and on']) {
    t.is(choiceOf(text, CHOICES), undefined, text);
  }
  t.is(choiceOf('s', ['staging', 'stable']), undefined, 'of two');
  t.is(choiceOf('st', []), undefined);
});

test('a choice that is a number, or has a longer one beside it, is still the choice', (t) => {
  t.is(choiceOf('1', ['3', '1', '2']), '1');
  t.is(choiceOf('1', ['10', '20']), '10');
  t.is(choiceOf('yes', ['yes, always', 'yes']), 'yes');
  t.is(choiceOf('YES', ['yes', 'Yes']), undefined);
  t.is(choiceOf('Yes', ['yes', 'Yes']), 'Yes');
});

test('a beginning is no name: what is allowed is not guessed', (t) => {
  t.is(namedChoice('al', CHOICES), undefined);
  t.is(namedChoice('3', CHOICES), 'always');
});

test('each of any choices can be chosen as it is', (t) => {
  const choices = fc.uniqueArray(
    fc.string({ minLength: 1 }).filter((one) => one.trim() === one),
    {
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(choices, (all) => {
      for (const choice of all) t.is(choiceOf(choice, all), choice);
    }),
  );
});
