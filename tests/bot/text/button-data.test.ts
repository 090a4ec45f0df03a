import test from 'ava';
import { answerButtons, parsePress } from '../../../bot/text/button-data.ts';
import { agentEventId, newAgentId } from '../../../schemas/ids.ts';

test('a choice is read back from its button, within what Telegram carries', (t) => {
  const id = agentEventId(newAgentId(), 'question');
  const buttons = answerButtons(id, ['Red', 'x'.repeat(200)]);
  t.is(buttons[1]?.text, `${'x'.repeat(60)}…`);
  for (const [index, { data }] of buttons.entries()) {
    t.true(Buffer.byteLength(data) <= 64);
    t.deepEqual(parsePress(data), { kind: 'answer', questionId: id, option: index });
  }
});

test('an id that is too long to be carried has no buttons', (t) => {
  t.deepEqual(answerButtons(`${newAgentId()}_${'q'.repeat(60)}`, ['Red']), []);
});

test('anything else is no press', (t) => {
  for (const data of ['', 'a', 'a:x:q', 'a:1:', 's:', 'm:fast', 'zzz:1:2']) {
    t.is(parsePress(data), undefined, data);
  }
});
