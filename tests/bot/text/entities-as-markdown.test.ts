import test from 'ava';
import type { MessageEntity } from 'grammy/types';
import { entitiesAsMarkdown } from '../../../bot/text/entities-as-markdown.ts';
import { formatMarkdown } from '../../../bot/text/markdown.ts';

const markdown = (text: string, ...entities: Partial<MessageEntity>[]): string =>
  // A type and a place are an entity.
  entitiesAsMarkdown({ text, entities: entities as MessageEntity[] });

test('E3: formatting becomes its Markdown', (t) => {
  t.is(markdown('a bold b', { type: 'bold', offset: 2, length: 5 }), 'a **bold** b');
  t.is(markdown('x_1', { type: 'code', offset: 0, length: 3 }), '`x_1`');
  t.is(markdown('a`b', { type: 'code', offset: 0, length: 3 }), '``a`b``');
  t.is(markdown('gone', { type: 'strikethrough', offset: 0, length: 4 }), '~~gone~~');
  t.is(
    markdown('see it', { type: 'text_link', offset: 4, length: 2, url: 'https://x.org' }),
    'see [it](https://x.org)',
  );
});

test('E3: code and quotations stand on lines of their own', (t) => {
  t.is(
    markdown('do: ls\nthen', { type: 'pre', offset: 4, length: 2, language: 'sh' }),
    'do: \n```sh\nls\n```\nthen',
  );
  t.is(markdown('a ``` b', { type: 'pre', offset: 0, length: 7 }), '````\na ``` b\n````');
  t.is(
    markdown('one\ntwo\nthree', { type: 'blockquote', offset: 0, length: 7 }),
    '> one\n> two\nthree',
  );
});

test('E3: what is within each other stays so, and code is never marked up', (t) => {
  const text = 'bold link end';
  t.is(
    markdown(
      text,
      { type: 'text_link', offset: 5, length: 4, url: 'https://x.org' },
      { type: 'bold', offset: 0, length: 9 },
    ),
    '**bold [link](https://x.org)** end',
  );
  t.is(
    markdown('a b', { type: 'pre', offset: 0, length: 3 }, { type: 'bold', offset: 0, length: 1 }),
    '```\na b\n```',
  );
});

test('text without formatting stays as it is, and what nobody has chosen changes nothing', (t) => {
  const text = '**kwargs and __init__ in `x`, a_b_c <b> https://x.org #tag @name /run';
  t.is(markdown(text), text);
  t.is(markdown('https://x.org', { type: 'url', offset: 0, length: 13 }), 'https://x.org');
});

test('what was shown comes back as it was written', (t) => {
  for (const text of ['**bold** and `code`', '```sh\nls\n```', '[a](https://x.org/)', '> quoted']) {
    t.is(entitiesAsMarkdown(formatMarkdown(text)), text);
  }
});
