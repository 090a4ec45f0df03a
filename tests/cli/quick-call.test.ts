import test from 'ava';
import fc from 'fast-check';
import { quickCall } from '../../cli/quick/quick-call.ts';
import { anyCharacter } from '../support/any-character.ts';

test('a plain text is said quickly, whatever is in it', (t) => {
  const texts = fc
    .string({ unit: anyCharacter, minLength: 1 })
    .filter((text) => !text.startsWith('-') && !text.includes('\uFFFD'));
  fc.assert(
    fc.property(texts, (text) => {
      t.like(quickCall(['answer', text]), { name: 'answer', data: { text } });
      t.like(quickCall(['ask', '--option', text, 'which?']), {
        name: 'question',
        data: { text: 'which?', options: [text] },
      });
    }),
  );
});

const SAID: [string[], object][] = [
  [['progress', 'half way'], { family: 'response', name: 'progress', call: 'progress' }],
  [['respond', 'x'], { family: 'response', name: 'answer', call: 'respond' }],
  [['ready'], { family: 'turn', name: 'ready', data: {} }],
  [['turn', 'end'], { family: 'turn', name: 'signalled', call: 'turn.end', data: {} }],
  [['turn', 'end', '{"last-assistant-message":"bye"}'], { data: { lastMessage: 'bye' } }],
  [['turn', 'end', 'not json'], { data: {} }],
];

for (const [args, wanted] of SAID) {
  test(`${args.join(' ')} is said quickly`, (t) => {
    t.like(quickCall(args), wanted);
  });
}

const LEFT: string[][] = [
  [],
  ['answer'],
  ['answer', ''],
  ['answer', '-'],
  ['answer', '- first point'],
  ['answer', '--', 'x'],
  ['answer', '--help'],
  ['answer', '--json', 'x'],
  ['answer', 'x', '--timeout', '1s'],
  ['answer', '--file', 'x'],
  ['answer', 'x', 'y'],
  ['answer', 'no text \uFFFD'],
  ['answer', 'x'.repeat(8 * 1024 * 1024 + 1)],
  ['answer', '--option', 'a', 'x'],
  ['ask', '--wait', 'x'],
  ['ask', '--option', '', 'x'],
  ['ask', '--option'],
  ['ask', 'x', ...Array.from({ length: 11 }, (_, at) => ['--option', `${at}`]).flat()],
  ['respond', '-q', 'x'],
  ['ready', 'x'],
  ['turn', 'end', 'x', 'y'],
  ['turn'],
  ['help'],
  ['toString', 'x'],
];

for (const args of LEFT) {
  test(`"${args.join(' ').slice(0, 40)}" is left to the whole command`, (t) => {
    t.is(quickCall(args), undefined);
  });
}
