import test from 'ava';
import type { RichBlock, RichText } from 'grammy/types';
import { richAsMarkdown } from '../../../bot/text/rich-as-markdown.ts';

// As much of a block or a text as its kind has.
const markdown = (...blocks: object[]) => richAsMarkdown({ blocks: blocks as RichBlock[] });
const text = (of: unknown) => markdown({ type: 'paragraph', text: of as RichText });

test('each block of a rich message is its Markdown', (t) => {
  t.is(
    markdown(
      { type: 'heading', size: 2, text: 'Plan' },
      { type: 'divider' },
      { type: 'paragraph', text: 'First.' },
      { type: 'pre', language: 'sh', text: 'ls' },
      { type: 'pre', text: 'x' },
      { type: 'footer', text: 'end' },
    ),
    '## Plan\n\nFirst.\n\n```sh\nls\n```\n\n```\nx\n```\n\nend',
  );
  const inner = [{ type: 'paragraph', text: 'a' }];
  t.is(markdown({ type: 'blockquote', blocks: inner, credit: 'Ann' }), '> a\n> — Ann');
  t.is(markdown({ type: 'expandable_blockquote', text: 'a\nb' }), '> a\n> b');
  t.is(markdown({ type: 'details', summary: 'More', blocks: inner }), 'More\n\na');
  const cells = [
    [{ text: 'a' }, {}],
    [{ text: 'c' }, { text: 'd' }],
  ];
  t.is(markdown({ type: 'table', cells }), 'a | \nc | d');
  t.is(markdown({ type: 'map', location: { latitude: 1, longitude: 2 } }), '1, 2');
  t.is(markdown({ type: 'collage', blocks: [{ type: 'photo' }] }), '(photo)');
  t.is(markdown({ type: 'voice_note' }), '(voice note)');
  t.is(markdown({ type: 'mathematical_expression', expression: 'x^2' }), 'x^2');
  t.is(markdown({ type: 'buttons', buttons: [{ text: 'Yes' }, { text: 'No' }] }), '[Yes] [No]');
});

test('a list keeps its labels, its boxes and what is below an item', (t) => {
  const item = (label: string, of: object, more = {}) => ({ label, blocks: [of], ...more });
  const paragraph = { type: 'paragraph', text: 'milk' };
  const items = [
    item('1.', paragraph, { has_checkbox: true, is_checked: true }),
    item('2.', paragraph, { has_checkbox: true }),
    item('•', { type: 'list', items: [item('-', paragraph)] }),
    item('3.', { type: 'pre', text: 'a' }),
  ];
  t.is(markdown({ type: 'list', items }), '1. [x] milk\n2. [ ] milk\n• - milk\n3. ```\n  a\n  ```');
});

test('text within text is told, marked where that changes what it says', (t) => {
  t.is(text(['a ', { type: 'bold', text: ['b', { type: 'code', text: 'c' }] }]), 'a **b`c`**');
  t.is(text({ type: 'url', text: 'here', url: 'https://x.org' }), '[here](https://x.org)');
  t.is(text({ type: 'custom_emoji', alternative_text: '👍' }), '👍');
  t.is(text({ type: 'mathematical_expression', expression: 'x' }), 'x');
  t.is(text({ type: 'button', button: { text: 'Go' } }), '[Go]');
  t.is(text(['a', { type: 'anchor', name: 'n' }]), 'a');
  t.is(text({ type: 'spoiler', text: 'hidden' }), 'hidden');
});
