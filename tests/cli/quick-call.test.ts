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
  [['project', 'list'], { tool: 'project', verb: 'list', input: { limit: 101 } }],
  [['project', 'list', '--json'], { tool: 'project', verb: 'list', input: { limit: 101 } }],
  [['project', 'get', '--id', 'proj_1'], { verb: 'get', input: { projectId: 'proj_1' } }],
  [['project', 'create', '--name', ' x '], { verb: 'create', input: { name: 'x' } }],
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
  ['project'],
  ['project', 'list', '--limit', '5'],
  ['project', 'list', '--help'],
  ['project', 'get', '--id', 'a.b'],
  ['project', 'get', '--id', 'a', '--json'],
  ['project', 'create', '--name', ' '],
  ['project', 'create', '--name', '-x'],
  ['project', 'create', '--name', 'x\u001b'],
  ['project', 'create', '--name', 'x'.repeat(101)],
  ['project', 'delete', '--id', 'x'],
  ['help'],
  ['toString', 'x'],
];

for (const args of LEFT) {
  test(`"${args.join(' ').slice(0, 40)}" is left to the whole command`, (t) => {
    t.is(quickCall(args), undefined);
  });
}

test('what more than ASCII is needed for, or a second page, is shown by the whole command', (t) => {
  const shown = (args: string[], value: unknown) => {
    const call = quickCall(['project', ...args]);
    return call?.family === 'tool' ? call.show(value) : 'no tool';
  };
  t.is(
    shown(['list'], [{ id: 'a', name: 'b', createdAt: 'c' }]),
    'id  name  created\na   b     c\n',
  );
  t.is(shown(['list'], []), 'id  name  created\n');
  t.is(shown(['list', '--json'], ['x']), '["x"]\n');
  t.is(shown(['get', '--id', 'a'], { id: 'a' }), '{"id":"a"}\n');
  for (const name of ['ä', '\u001b[2J', '项目']) {
    t.is(shown(['list'], [{ name }]), undefined);
    t.is(shown(['get', '--id', 'a'], { name }), name < ' ' ? '{"name":"\\u001b[2J"}\n' : undefined);
  }
  t.is(
    shown(
      ['list'],
      Array.from({ length: 101 }, () => ({})),
    ),
    undefined,
  );
  t.is(shown(['list'], 'nonsense'), undefined);
});
