import test from 'ava';
import fc from 'fast-check';
import { isVisible, visibleLine, visibleText } from '../../schemas/visible-text.ts';
import { anyCharacter } from '../support/any-character.ts';

const ofCodes = (...ranges: [number, number][]): string[] =>
  ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index)),
  );

/** C0 without tab and line feed, DEL and C1; marks, embeddings, overrides, isolates; separators. */
const STEERING = ofCodes([0, 8], [0x0b, 0x1f], [0x7f, 0x9f]).concat(
  ofCodes([0x061c, 0x061c], [0x200e, 0x200f], [0x2028, 0x202e], [0x2066, 0x2069]),
);

test('F10: whatever steers a terminal is shown as its own escape', (t) => {
  for (const char of STEERING) {
    const code = char.charCodeAt(0).toString(16).padStart(4, '0');
    t.is(visibleText(`a${char}b`), `a\\u${code}b`);
    t.is(visibleLine(`a${char}b`), `a\\u${code}b`);
    t.false(isVisible(`a${char}b`), code);
  }
  t.is(new Set(STEERING.map(visibleText)).size, STEERING.length);
});

test('lines and tabs are part of a text, and no part of a line or a name', (t) => {
  t.is(visibleText('a\n\tb'), 'a\n\tb');
  t.is(visibleLine('a\n\tb'), 'a\\u000a\\u0009b');
  t.false(isVisible('a\nb'));
  t.false(isVisible('a\tb'));
});

test('every other character of any language stays as it is', (t) => {
  for (const text of ['naïve', 'мир', '你好', 'שלום', 'مرحبا', '👩‍💻', 'a\u00a0b', '\\u001b']) {
    t.is(visibleText(text), text);
    t.is(visibleLine(text), text);
    t.true(isVisible(text), text);
  }
});

test('JSON that went through it is JSON of the same value', (t) => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
      t.deepEqual(JSON.parse(visibleText(json)), JSON.parse(json));
    }),
  );
});

test('what is shown of any text has nothing left that steers', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      t.true(isVisible(visibleLine(text)));
      t.true(isVisible(visibleText(text).replaceAll(/[\n\t]/g, '')));
    }),
  );
});
