import test from 'ava';
import { formatMarkdown } from '../../../bot/text/markdown.ts';

const shown = (markdown: string) => {
  const { text, entities } = formatMarkdown(markdown);
  return {
    text,
    entities: entities.map(
      ({ type, offset, length }) => `${type} ${text.slice(offset, offset + length)}`,
    ),
  };
};

test('words are bold, italic, struck out, code', (t) => {
  t.deepEqual(shown('**a *b*** ~~c~~ `d`'), {
    text: 'a b c d',
    entities: ['bold a b', 'italic b', 'strikethrough c', 'code d'],
  });
});

test('a link is one; where Telegram links nothing its address is there', (t) => {
  const { text, entities } = formatMarkdown(
    '[a](https://x.org) [b](./c.md) ![d](https://y.org/i.png)',
  );
  t.is(text, 'a b (./c.md) 🖼 d');
  t.deepEqual(
    entities.map((entity) => (entity.type === 'text_link' ? entity.url : '')),
    ['https://x.org', 'https://y.org/i.png'],
  );
  t.deepEqual(shown('see https://auto.link'), { text: 'see https://auto.link', entities: [] });
  t.is(shown('[`code`](https://x.org "T")').text, 'code (T)');
  t.is(shown('[](https://x.org)').text, 'https://x.org');
});

test('lists keep their marks, their numbers and their depth', (t) => {
  t.is(
    shown('3. a\n4. b\n   - c\n     d\n\n- [x] done\n- [ ] open').text,
    '3. a\n4. b\n  • c\n    d\n\n• ☑ done\n• ☐ open',
  );
});

test('code in a list keeps its own lines', (t) => {
  const { text, entities } = shown('- run\n  ```sh\n  ls\n  pwd\n  ```');
  t.is(text, '• run\nls\npwd');
  t.deepEqual(entities, ['pre ls\npwd']);
});

test('a table is code in columns', (t) => {
  t.deepEqual(shown('| a | **bb** |\n|---|---|\n| 1 | [x](https://y.org) |'), {
    text: 'a │ bb\n──┼──────────────────\n1 │ x (https://y.org)',
    entities: ['pre a │ bb\n──┼──────────────────\n1 │ x (https://y.org)'],
  });
});

test('a quotation within a quotation is one quotation, for Telegram has no other', (t) => {
  t.deepEqual(shown('> a\n> > b'), { text: 'a\nb', entities: ['blockquote a\nb'] });
});

test('HTML, definitions, rules and escapes are text', (t) => {
  t.is(shown('<b>x</b>\n\n***\n\n\\*a\\* a<br>b').text, '<b>x</b>\n\n———\n\n*a* a<br>b');
  t.is(shown('[ref]: http://def.org').text, '[ref]: http://def.org');
});

test('what is not Unicode becomes a replacement character', (t) => {
  t.is(shown('a\ud800b\0').text, 'a\u{fffd}b\u{fffd}');
});

test('quotes within each other beyond any sense are still a text', (t) => {
  t.true(formatMarkdown(`${'>'.repeat(20_000)}end`).text.endsWith('end'));
});

test('E17: columns are even by what is seen: Chinese is twice as wide, marks and families are not', (t) => {
  const { text } = formatMarkdown(
    '| 名字 | n |\n|---|---|\n| a | 1 |\n| e\u0301 | 2 |\n| 👨‍👩‍👧 | 3 |',
  );
  t.deepEqual(text.split('\n'), [
    '名字 │ n',
    '─────┼──',
    'a    │ 1',
    'e\u0301    │ 2',
    '👨‍👩‍👧   │ 3',
  ]);
});
