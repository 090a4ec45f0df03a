import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { cutSession } from '../../../core/conversation/cut-session.ts';
import { firstMessageId } from '../../../core/conversation/events-of-person.ts';
import { forkReminder } from '../../../core/conversation/fork-reminder.ts';
import { type SessionSpan, sessionSpan } from '../../../core/conversation/session-span.ts';
import type { StoredEvent } from '../../../schemas/event.ts';

/** Three turns that a real CLI kept, without what is long in them. */
const session = (kind: string): string =>
  readFileSync(join(import.meta.dirname, 'sessions', `${kind}.jsonl`), 'utf8');

const said = (name: string) => `MSG[${name}] please answer`;
const at = (time: string) => Date.parse(`2026-11-29T00:${time}Z`);

/** When each turn began and ended, as the log of that day says. */
const TURNS = {
  claude: [
    ['13:55.918', '13:57.267'],
    ['13:57.278', '13:57.608'],
    ['13:57.613', '13:57.979'],
  ],
  codex: [
    ['14:01.023', '14:01.777'],
    ['14:01.783', '14:02.214'],
    ['14:02.222', '14:02.665'],
  ],
} as const;

const NAMES = ['one', 'two', 'three'] as const;

function spanOf(kind: keyof typeof TURNS, turn: 0 | 1 | 2): SessionSpan {
  const [startedAt, endedAt] = TURNS[kind][turn];
  const next = TURNS[kind][turn + 1];
  return {
    last: { startedAt: at(startedAt), endedAt: at(endedAt), texts: [said(NAMES[turn])] },
    ...(next && { later: { startedAt: at(next[0]), texts: [said(NAMES[turn + 1] ?? '')] } }),
  };
}

for (const kind of ['claude', 'codex'] as const) {
  test(`a session of ${kind} is cut after a turn: all of that and of those before it, nothing of a later one`, (t) => {
    const whole = session(kind);
    for (const turn of [0, 1] as const) {
      const cut = cutSession(whole, spanOf(kind, turn)) ?? '';
      t.true(whole.startsWith(cut), 'its lines are as they were');
      const there = NAMES.filter((name) => cut.includes(said(name)));
      t.deepEqual(there, NAMES.slice(0, turn + 1));
      t.true(cut.includes(`<${NAMES[turn]}> of`), 'its answer');
      t.false(cut.includes(`<${NAMES[turn + 1]}> of`));
    }
    t.is(cutSession(whole, spanOf(kind, 2)), whole);
  });

  test(`a session of ${kind} that is being written is cut at a whole line`, (t) => {
    const whole = session(kind);
    const half = whole.slice(0, -20);
    t.is(cutSession(half, spanOf(kind, 2)), whole.slice(0, whole.trimEnd().lastIndexOf('\n') + 1));
    t.is(cutSession(half, spanOf(kind, 1)), cutSession(whole, spanOf(kind, 1)));
  });

  test(`a session of ${kind} is not cut where its clock and its texts do not say the same`, (t) => {
    const whole = session(kind);
    const { last, later } = spanOf(kind, 1);
    if (later === undefined) return t.fail();
    const none = (what: string, span: SessionSpan, text = whole) =>
      t.is(cutSession(text, span), undefined, what);
    none('of another turn', { last: { ...last, texts: ['never said'] }, later });
    none('of another session', { last, later: { ...later, texts: ['never said'] } });
    const ahead = (ms: number) => ({
      last: { ...last, startedAt: last.startedAt + ms, endedAt: last.endedAt + ms },
      later: { ...later, startedAt: later.startedAt + ms },
    });
    none('a clock that is behind', ahead(1_000));
    none('a clock that is ahead', ahead(-1_000));
    none('a leak', { last, later: { ...later, startedAt: later.startedAt + 10_000 } });
    none('no lines of JSON', { last, later }, `${whole}nothing\n`);
    none('no times', { last, later }, whole.replaceAll('"timestamp"', '"when"'));
  });
}

const AGENT = 'agent-0123456789ab';

/** Events of one agent, a second each. */
const log = (...entries: [type: string, data: object, id?: string][]): StoredEvent[] =>
  entries.map(([type, data, id = ''], index) => {
    const time = `2026-01-01T00:00:${String(index + 1).padStart(2, '0')}.000Z`;
    const address = { subject: `agents.${AGENT}.${type}`, sequence: index + 1 };
    // Type and data come in pairs.
    return { id, type, data, ...address, source: 'test', time } as unknown as StoredEvent;
  });

const second = (n: number) => Date.parse(`2026-01-01T00:00:${String(n).padStart(2, '0')}.000Z`);

test('what a session is cut by is what the log says of that turn, and of the messages that came next', (t) => {
  const events = log(
    ['command.send', { text: 'one' }, 'm-1'],
    ['command.send', { text: 'joins' }, 'm-2'],
    ['turn.started', { turnId: 'turn-1', commandId: 'm-1' }],
    ['process.delivered', { turnId: 'turn-1', commandId: 'm-1' }],
    ['process.delivered', { turnId: 'turn-1', commandId: 'm-2' }],
    ['turn.ended', { turnId: 'turn-1' }],
    ['command.send', { text: 'never written' }, 'm-3'],
    ['turn.started', { turnId: 'turn-2', commandId: 'm-3' }],
    ['turn.failed', { turnId: 'turn-2' }],
    ['command.send', { text: 'three' }, 'm-4'],
    ['turn.started', { turnId: 'turn-3', commandId: 'm-4' }],
    ['process.delivered', { turnId: 'turn-3', commandId: 'm-4' }],
  );
  const last = { startedAt: second(3), endedAt: second(6), texts: ['one', 'joins'] };
  t.deepEqual(sessionSpan(events, 6), { last, later: { startedAt: second(8), texts: ['three'] } });
  t.deepEqual(sessionSpan(events.slice(0, 6), 6), { last });
  t.is(sessionSpan(events, 7), undefined, 'no end of a turn');
});

test('the first message of a fork is known by either of the texts that it may have had', (t) => {
  const forkedFrom = { agentId: 'agent-ba9876543210', turnId: 'turn-0', sequence: 1 };
  const first = firstMessageId(AGENT);
  const events = log(
    ['command.create', { forkedFrom }],
    ['command.send', { text: 'a digest' }, first],
    ['turn.started', { turnId: 'turn-1', commandId: first }],
    ['process.delivered', { turnId: 'turn-1', commandId: first }],
    ['turn.ended', { turnId: 'turn-1' }],
  );
  t.deepEqual(sessionSpan(events, 5)?.last.texts, ['a digest', forkReminder({ forkedFrom })]);
});
