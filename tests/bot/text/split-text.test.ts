import test from 'ava';
import fc from 'fast-check';
import { type FormattedText, plain } from '../../../bot/text/formatted-text.ts';
import { formatMarkdown } from '../../../bot/text/markdown.ts';
import { MAX_UNITS, splitText } from '../../../bot/text/split-text.ts';
import { anyCharacter } from '../../support/any-character.ts';

const fragment = fc.oneof(
  fc.constantFrom('word ', 'слово ', '👩‍👩‍👧‍👦', '\u{1f600}', '\n', '\n\n', ' ', '    indented\n'),
  fc.constantFrom('**bold** ', '_it_ ', '`code` ', '[link](https://example.org/a_b) ', '~~no~~ '),
  fc.constantFrom(
    '- item\n',
    '1. one\n',
    '> quote\n',
    '# Head\n',
    '| a | b |\n|---|---|\n| 1 | 2 |\n',
  ),
  fc.constantFrom(
    '```js\nlet a = `1`;\n```\n',
    '<b>html</b> ',
    '&amp; ',
    '[ref]: http://def.org\n',
  ),
  fc.string({ unit: anyCharacter, maxLength: 12 }),
);

const markdown = fc
  .array(fc.tuple(fragment, fc.integer({ min: 1, max: 40 })), { maxLength: 30 })
  .map((parts) => parts.map(([text, times]) => text.repeat(times)).join(''));

/** Letters of any script, in order: what a reader reads. */
const letters = (text: string): string => text.toWellFormed().match(/\p{L}/gu)?.join('') ?? '';

/** What a reader can see of a text: its characters, and where its links and code go. */
function readable({ text, entities }: FormattedText): string {
  const extras = entities.flatMap((entity) => {
    if (entity.type === 'text_link') return [[entity.offset + entity.length, entity.url] as const];
    if (entity.type === 'pre') return [[entity.offset, entity.language ?? ''] as const];
    return [];
  });
  return extras
    .sort(([a], [b]) => b - a)
    .reduce((done, [at, extra]) => done.slice(0, at) + extra + done.slice(at), text);
}

function isSubsequence(wanted: string, given: string): boolean {
  const characters = [...wanted];
  let found = 0;
  for (const character of given) if (character === characters[found]) found += 1;
  return found === characters.length;
}

test('whatever an agent says, its reader gets all of it', (t) => {
  fc.assert(
    fc.property(markdown, (given) => {
      const shown = splitText(formatMarkdown(given), 200).map(readable).join('');
      t.true(isSubsequence(letters(given), letters(shown)), JSON.stringify(given).slice(0, 2000));
    }),
    { numRuns: 400 },
  );
});

test('every part is one that Telegram takes: short enough, not blank, Unicode, entities inside', (t) => {
  fc.assert(
    fc.property(markdown, fc.integer({ min: 16, max: 300 }), (given, limit) => {
      for (const { text, entities } of splitText(formatMarkdown(given), limit)) {
        t.true(text.length <= limit);
        t.not(text.trim(), '');
        t.true(text.isWellFormed());
        t.true(entities.length <= 100);
        for (const { offset, length } of entities) {
          t.true(offset >= 0 && length > 0 && offset + length <= text.length);
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('nothing but blank space is lost between the parts', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (given) => {
      const parts = splitText(plain(given), 50).map(({ text }) => text);
      t.is(parts.join('').replaceAll(/\s/g, ''), given.replaceAll(/\s/g, ''));
    }),
  );
});

test('a code block that fits into a part is in one part, whole', (t) => {
  const code = 'const a = 1;\n'.repeat(100).trimEnd();
  const given = `${'word '.repeat(700)}\n\n\`\`\`ts\n${code}\n\`\`\`\n\nafter`;

  const parts = splitText(formatMarkdown(given));

  t.is(parts.length, 2);
  const [block] = parts[1]?.entities ?? [];
  t.like(block, { type: 'pre', language: 'ts', offset: 0, length: code.length });
  t.true(parts[1]?.text.startsWith(code));
});

test('a code block that is longer than a part is a code block in each, cut between lines', (t) => {
  const line = `${'x'.repeat(79)}\n`;
  const parts = splitText(formatMarkdown(`\`\`\`\n${line.repeat(120)}\`\`\``));

  t.is(parts.length, 3);
  for (const { text, entities } of parts) {
    t.deepEqual(entities, [{ type: 'pre', offset: 0, length: text.length }]);
    t.true(text.split('\n').every((each) => each.length === 79));
  }
});

test('a surrogate pair is never cut', (t) => {
  const parts = splitText(plain(`x${'\u{1f600}'.repeat(MAX_UNITS)}`));

  t.true(parts.every(({ text }) => text.isWellFormed()));
  t.is(parts.map(({ text }) => text).join(''), `x${'\u{1f600}'.repeat(MAX_UNITS)}`);
});

test('a blank text has no part', (t) => {
  t.deepEqual(splitText(plain(' \n\t ')), []);
});

test('E10: of 120 links each is a link, in as many messages as that takes', (t) => {
  const links = Array.from({ length: 120 }, (_, n) => `- [l${n}](https://example.org/${n})`);
  const parts = splitText(formatMarkdown(links.join('\n')));

  t.deepEqual(
    parts.map(({ entities }) => entities.length),
    [100, 20],
  );
  t.true(parts[1]?.text.startsWith('• l100'), 'cut between lines');
});

test('E17: what is seen as one character is never cut', (t) => {
  const family = '👨‍👩‍👧‍👦';
  const letter = `e${'\u0301'.repeat(3)}`;
  const flag = '🇪🇺';
  for (const grapheme of [family, letter, flag]) {
    const parts = splitText(plain(`x${grapheme.repeat(700)}`), 1_000);
    t.true(parts.length > 1);
    for (const { text } of parts.slice(1)) t.is(text.length % grapheme.length, 0, grapheme);
    t.is(parts.map(({ text }) => text).join('').length, 1 + 700 * grapheme.length);
  }
});
