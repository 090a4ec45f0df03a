import test from 'ava';
import type { Message } from 'grammy/types';
import { contentKind } from '../../../bot/incoming/content-kind.ts';
import { describedContent } from '../../../bot/incoming/described-content.ts';
import { english } from '../../../bot/words/english.ts';
import { russian } from '../../../bot/words/russian.ts';

// As much of a message as its kind has.
const message = (content: object) => ({ message_id: 1, date: 1, ...content }) as unknown as Message;
const told = (content: object) => describedContent(message(content), english);

test('a sticker, a throw and a contact are told in a line', (t) => {
  t.is(told({ sticker: { emoji: '👍' } }), '[a sticker] 👍');
  t.is(told({ sticker: {} }), '[a sticker]');
  t.is(told({ dice: { emoji: '🎯', value: 6 } }), '[a throw] 🎯 6');
  const contact = { first_name: 'Ann', last_name: 'Lee', phone_number: '+1 555' };
  t.is(told({ contact }), '[a contact] Ann Lee, +1 555');
  t.is(told({ contact: { first_name: 'Ann', phone_number: '5' } }), '[a contact] Ann, 5');
  t.is(describedContent(message({ sticker: { emoji: '👍' } }), russian), '[стикер] 👍');
});

test('a place is told with its name where it has one, and that it moves', (t) => {
  const location = { latitude: 59.93, longitude: 30.31 };
  t.is(told({ location }), '[a place] 59.93, 30.31');
  t.regex(told({ location: { ...location, live_period: 60 } }) ?? '', /moves.*\] 59\.93, 30\.31$/);
  const venue = { title: 'Café', address: 'Nevsky 1', location };
  t.is(told({ venue, location }), '[a place] Café, Nevsky 1 (59.93, 30.31)');
});

test('a poll and a list are told with what stands in them', (t) => {
  const options = [
    { text: 'red', voter_count: 0 },
    { text: 'blue', voter_count: 2 },
  ];
  const poll = { question: 'Which?', type: 'regular', options };
  t.is(told({ poll }), '[a poll] Which?\n- red\n- blue (2)');
  t.is(told({ poll: { ...poll, type: 'quiz', options: [] } }), '[a quiz] Which?');
  const tasks = [{ text: 'milk', completion_date: 5 }, { text: 'bread' }];
  const checklist = { title: 'Shop', tasks };
  t.is(told({ checklist }), '[a list] Shop\n- [x] milk\n- [ ] bread');
  t.is(told({ text: 'hello' }), undefined);
});

test('what a message is follows from what it holds: text before words about it, a note of Telegram is nothing', (t) => {
  t.is(contentKind(message({ caption: 'look', story: {} })), 'said');
  t.is(contentKind(message({ photo: [] })), 'said');
  t.is(contentKind(message({ venue: {}, location: {} })), 'described');
  t.is(contentKind(message({ rich_message: {} })), 'described');
  t.is(contentKind(message({ story: {} })), 'foreign');
  t.is(contentKind(message({ pinned_message: {} })), 'service');
  t.is(contentKind(message({ something_of_tomorrow: {} })), 'service');
});
