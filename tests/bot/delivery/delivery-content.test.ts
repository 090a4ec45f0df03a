import test from 'ava';
import { DeliveryContent, spokenOf } from '../../../bot/delivery/delivery-content.ts';
import { messageParts } from '../../../bot/delivery/message-part.ts';
import { Directory } from '../../../bot/people/directory.ts';
import { english } from '../../../bot/words/english.ts';
import { stored } from '../../support/decider.ts';
import { startTestNats } from '../../support/nats.ts';

test('a question whose choices cannot be buttons has them in its text', (t) => {
  const data = { text: 'Which?', options: ['Red', 'Blue'] };
  const spoken = spokenOf(stored('response.question', data, { id: 'q'.repeat(100) }), english);

  t.like(messageParts(spoken), [{ text: { text: '❓ Which?\n• Red\n• Blue' } }]);
});

test('a failure and a rejection say the reason and what to do', (t) => {
  const why = { code: 'ORC_X', reason: 'It broke.', cure: 'Mend it.' };
  const failed = spokenOf(stored('turn.failed', { turnId: 't', ...why }), english);
  const rejected = spokenOf(stored('process.rejected', { commandId: 'c', ...why }), english);

  t.is(failed.text, '⚠️ It broke. Mend it.');
  t.is(rejected.text, '⚠️ Your message was not taken: It broke. Mend it.');
});

test('C2: last words are marked as not sent by the agent itself', (t) => {
  const why = { code: 'ORC_NO_ANSWER', reason: 'No answer.', cure: 'Ask again.' };
  const data = { turnId: 't', ...why, lastWords: 'It is **42**.' };
  const { text } = spokenOf(stored('turn.failed', data), english);
  t.is(
    text,
    '⚠️ No answer. Ask again.\n\n_The agent did not send this itself; it said last:_\n\nIt is **42**.',
  );
});

test('a start that failed says why, where that is known, and what to do', (t) => {
  const ended = { runId: 'r', reason: 'start-failed', code: 1, signal: null } as const;
  const failed = stored('process.start-failed', { runId: 'r', reason: 'It is not there.' });

  const cure = 'Try /new once more; if it stays so, tell whoever runs this bot.';
  const said = spokenOf(failed, english).text;
  t.is(said, `⚠️ The agent could not be started: It is not there. ${cure}`);
  const late = spokenOf(stored('process.stopped', ended), english).text;
  t.is(late, `⚠️ The agent could not be started. ${cure}`);
});

test('what is to be delivered and is not there any more is said', async (t) => {
  const { log } = await startTestNats(t);
  const content = new DeliveryContent(log, new Directory(log));

  const { parts } = await content.of({ chatId: '1', sequence: 99 });

  t.like(parts[0], { kind: 'text' });
});
