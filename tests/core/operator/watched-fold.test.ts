import test from 'ava';
import fc from 'fast-check';
import {
  initialSystem,
  type SystemState,
  serializeSystem,
} from '../../../core/domain/system-state.ts';
import { changesBetween, patched } from '../../../core/operator/json-patch.ts';
import { type StateChange, WatchedFold } from '../../../core/operator/watched-fold.ts';
import type { RawMessage } from '../../../schemas/parse-event.ts';
import { anyEvent } from '../../support/event-arbitraries.ts';
import { foldHistory, historyNames, readHistory } from '../../support/recorded-history.ts';

const plain = (state: SystemState): unknown => JSON.parse(serializeSystem(state));

const folded = (messages: readonly RawMessage[]) => foldHistory(messages, initialSystem());

/** What was changed on the way, made on the state before, against the state after. */
function compared(messages: readonly RawMessage[], from: number, to: number) {
  const before = folded(messages.slice(0, from));
  const untouched = serializeSystem(before);
  const fold = new WatchedFold(before);
  for (const message of messages.slice(from, to)) {
    if (!message.subject.startsWith('schedules.')) fold.take(message);
  }
  const changes = fold.changes();
  return {
    changes,
    made: patched(JSON.parse(untouched), changes),
    after: plain(folded(messages.slice(0, to))),
    isUntouched: serializeSystem(before) === untouched,
  };
}

for (const name of historyNames()) {
  test(`${name}: the changes made on any state give any later one`, async (t) => {
    const messages = await readHistory(name);
    const place = fc.nat({ max: messages.length });
    fc.assert(
      fc.property(place, place, (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const { made, after, isUntouched } = compared(messages, from, to);
        t.deepEqual(made, after);
        t.true(isUntouched);
      }),
      { numRuns: 40 },
    );
  });
}

test('of any events, too, and each change names the last event that made it', (t) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), fc.nat(30), (events, from) => {
      const messages = events.map((event, index) => rawOf(event, index + 1));
      const { made, after, changes } = compared(messages, from, messages.length);
      t.deepEqual(made, after);
      for (const { path, by } of changes.filter((change) => change.path !== '/sequence')) {
        const sequence = by?.sequence ?? 0;
        t.true(sequence > from, path);
        // Up to the event before, it was not so yet.
        const earlier = compared(messages, from, sequence - 1).changes;
        const now = compared(messages, from, sequence).changes;
        t.notDeepEqual(now, earlier);
      }
    }),
    { numRuns: 60 },
  );
});

test('a change of an agent names the property, what it was, and the event', async (t) => {
  const messages = await readHistory('nudge-and-failure');
  const nudged = messages.findIndex(({ subject }) => subject.endsWith('turn.nudged'));
  const { changes } = compared(messages, nudged, nudged + 1);
  const found = (name: string): StateChange | undefined =>
    changes.find(({ path }) => path.endsWith(name));
  t.like(found('/turn/nudged'), { op: 'replace', value: true, was: false });
  t.like(found('/turn/nudged')?.by, { type: 'turn.nudged', sequence: messages[nudged]?.sequence });
});

test('any value of JSON becomes any other by its changes', (t) => {
  const value = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(value, value, (before, after) => {
      const [a, b] = [before, after].map((each) => JSON.parse(JSON.stringify(each)));
      t.deepEqual(patched(a, changesBetween(a, b)), b);
    }),
    { numRuns: 300 },
  );
  t.deepEqual(changesBetween([1, 2, 3], [1, 3]), [{ op: 'remove', path: '/1', was: 2 }]);
  t.deepEqual(changesBetween({ 'a/b': 1 }, { 'a/b': 1, '~': 2 }), [
    { op: 'add', path: '/~0', value: 2 },
  ]);
});

/** As it would stand in the log. */
function rawOf(
  {
    id,
    type,
    subject,
    time,
    data,
  }: { id: string; type: string; subject: string; time: string; data: unknown },
  sequence: number,
): RawMessage {
  const headers: Record<string, string> = {
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-type': type,
    'ce-source': 'test',
    'ce-time': time,
  };
  const payload = Buffer.from(JSON.stringify(data));
  const header = (name: string) => headers[name];
  return { sequence, subject, time: new Date(time), size: payload.length, header, payload };
}
