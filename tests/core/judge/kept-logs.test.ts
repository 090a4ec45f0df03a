import test from 'ava';
import type { RawMessage } from '../../../schemas/parse-event.ts';
import { judged, keptLogs, readKept, shownDifferences } from '../../support/judged-log.ts';

test('what was decided in each log that is kept is what is decided by this code', (t) => {
  let decisions = 0;
  for (const name of keptLogs()) {
    const verdict = judged(readKept(name));
    t.deepEqual(shownDifferences(verdict), [], name);
    t.true(verdict.decisions > 0, name);
    decisions += verdict.decisions;
  }
  t.log(`0 of ${decisions} decisions in ${keptLogs().length} logs differ`);
});

test('what stands in a log that nobody decided is told, once for all that was stated with it', (t) => {
  const messages = readKept('crash-in-a-turn');
  // As if nobody had sent the message whose turn this is.
  const sent = messages.findIndex((message) => message.header('ce-type') === 'command.send');
  const { differ, differences } = judged(messages.filter((_, index) => index !== sent));
  t.true(differ > 0);
  const [first] = differences;
  t.is(first?.kind, 'not-decided');
  t.deepEqual(
    first?.stands.map(({ type }) => type),
    ['turn.started'],
  );
});

test('a timer that rings and that nothing sets is told', (t) => {
  const messages = readKept('time-runs-out').map((message) =>
    message.header('ce-type') === 'timer.turn' ? { ...message, header: another(message) } : message,
  );
  const [difference, ...more] = judged(messages).differences;
  t.like(difference, { kind: 'timer', stands: [{ type: 'timer.turn', id: 'timer.turn:another' }] });
  t.deepEqual(more, []);
});

const another = (message: RawMessage) => (name: string) =>
  name === 'ce-id' ? 'timer.turn:another' : message.header(name);
