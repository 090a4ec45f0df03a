import test from 'ava';
import type { Verdict } from '../../../core/judge/difference.ts';
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

test('a step that its owner has not taken, while it did others, is told', (t) => {
  const messages = readKept('day').slice(0, 1_500);
  const [agentId, first] = agentLeftWaiting(messages);
  // As if its owner had not looked at it any more; people go on writing to it.
  const without = messages.filter(
    (message) =>
      message.sequence <= first ||
      !message.subject.startsWith(`agents.${agentId}.`) ||
      message.header('ce-type') === 'command.send',
  );
  const notTaken = ({ differences }: Verdict) =>
    differences.filter(({ kind }) => kind === 'not-taken');
  t.deepEqual(notTaken(judged(without)), [], 'a log that is silent for long was perhaps away');
  const [difference] = notTaken(judged(withoutSilence(without)));
  t.like(difference, { of: agentId, stands: [], decided: [{ type: 'open-turn' }] });
});

const MINUTE_MS = 60_000;
const STEP_MS = 4_000;

/** The same, and in its pauses something that is nobody's decision. */
function withoutSilence(messages: readonly RawMessage[]): RawMessage[] {
  const said = messages.flatMap((message, index) => {
    const next = messages[index + 1]?.time.getTime() ?? 0;
    const pauses = Math.max(0, Math.floor((next - message.time.getTime()) / STEP_MS));
    const fill = Array.from({ length: pauses }, (_, step) => ({
      ...message,
      subject: 'users.cli.somebody.said',
      header: () => undefined,
      time: new Date(message.time.getTime() + (step + 1) * STEP_MS),
    }));
    return [message, ...fill];
  });
  return said.map((message, index) => ({ ...message, sequence: index + 1 }));
}

/** An agent that opened a turn at once by a message (its sequence), and that is written to again much later. */
function agentLeftWaiting(messages: readonly RawMessage[]): [agentId: string, sequence: number] {
  const typeOf = (message: RawMessage | undefined) => message?.header('ce-type');
  for (const [agentId, own] of Map.groupBy(
    messages,
    ({ subject }) => subject.split('.')[1] ?? '',
  )) {
    const at = own.findIndex(
      (message, index) =>
        typeOf(message) === 'command.send' && typeOf(own[index + 1]) === 'turn.started',
    );
    const first = own[at];
    if (first === undefined) continue;
    const later = own.slice(at + 1).find((message) => typeOf(message) === 'command.send');
    if (later && later.time.getTime() - first.time.getTime() > MINUTE_MS) {
      return [agentId, first.sequence];
    }
  }
  throw new Error('no agent of that log is written to again later');
}
