import test from 'ava';
import { fileParts, messageParts } from '../../../bot/delivery/message-part.ts';

const BUTTONS = [{ text: 'Yes', data: 'a:0:q' }];

test('a text is one message, its buttons under the last', (t) => {
  const [only, ...others] = messageParts({ text: 'hello', lead: '❓ ', buttons: BUTTONS });
  t.deepEqual(others, []);
  t.like(only, { kind: 'text', text: { text: '❓ hello' }, buttons: BUTTONS });

  const long = messageParts({ text: 'word '.repeat(2_000), buttons: BUTTONS });
  t.is(long.length, 3);
  t.deepEqual(
    long.map(({ buttons }) => buttons),
    [undefined, undefined, BUTTONS],
  );
});

test('a very long text is a document that holds it as it was written', (t) => {
  const text = `${'# Head\n\n'.repeat(4_000)}\u{1f600}`;
  const [only, ...others] = messageParts({ text, buttons: BUTTONS });
  t.deepEqual(others, []);
  if (only?.kind !== 'document') return t.fail();
  t.is(new TextDecoder().decode(only.bytes), text);
  t.true(only.caption.text.length < 1_024);
  t.deepEqual(only.buttons, BUTTONS);
});

test('a text of many parts is a document too', (t) => {
  const [only] = messageParts({ text: `${'x'.repeat(3_000)}\n\n`.repeat(6) });
  t.is(only?.kind, 'document');
});

test('a file has its text as caption, and after it where it is too long for one', (t) => {
  const file = { name: 'a.txt', bytes: new Uint8Array([1]) };
  t.like(fileParts({ text: '*short*' }, file), [
    { kind: 'document', name: 'a.txt', caption: { text: 'short' } },
  ]);
  const [text, document] = fileParts({ text: 'word '.repeat(300) }, file);
  t.is(text?.kind, 'text');
  t.like(document, { kind: 'document', name: 'a.txt', caption: { text: '' } });
});
