import test from 'ava';
import fc from 'fast-check';
import { spanTree } from '../../../core/conversation/span-tree.ts';
import { type Span, waterfallOf } from '../../../core/conversation/waterfall.ts';
import type { StoredEvent, StoredEventOf } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { anyEvent } from '../../support/event-arbitraries.ts';

const AGENT = 'agent-0123456789ab';

interface Told<T extends EventType> {
  type: T;
  data: DataOf<T>;
  id?: string;
  subject?: string;
}

let sequence = 0;

/** An event, each a second after the one before. */
function event<T extends EventType>({ type, data, id, subject }: Told<T>): StoredEvent {
  sequence += 1;
  const time = new Date(Date.UTC(2026, 0, 1, 0, 0, sequence)).toISOString();
  const place = { sequence, time, source: 'orchestrator/telegram' };
  const own = { id: id ?? `${type}-${sequence}`, subject: subject ?? `agents.${AGENT}.${type}` };
  // Type and data come in pairs.
  return { type, data, ...place, ...own } as StoredEvent;
}

const message = event({
  type: 'command.send',
  data: { text: 'hello', mode: 'join' },
  id: 'm-1',
  // Typed by the line above it.
}) as StoredEventOf<'command.send'>;

const started = event({
  type: 'turn.started',
  data: { turnId: 'turn-1', commandId: 'm-1', deadlineAt: '2026-01-01T01:00:00.000Z' },
});
const delivered = event({
  type: 'process.delivered',
  data: { runId: 'run-1', commandId: 'm-1', turnId: 'turn-1', bytes: 5 },
});
const called = event({ type: 'tool.project.create', data: { name: 'shop' }, id: 'call-1' });
const resulted = event({ type: 'result', data: { ok: true, callId: 'call-1', value: {} } });
const answer = event({ type: 'response.answer', data: { text: 'hi' }, id: 'answer-1' });
const ended = event({ type: 'turn.ended', data: { turnId: 'turn-1', answers: 1, questions: 0 } });

const ledger = (name: string) => `deliveries.telegram.answer-1.${name}`;
const requested = event({
  type: 'delivery.requested',
  data: { chatId: '7', agentId: AGENT, sequence: answer.sequence },
  subject: ledger('requested'),
});
const attempt = (number: number) =>
  event({
    type: 'delivery.attempted',
    data: { part: 0, parts: 1, attempt: number },
    subject: ledger('attempted'),
  });
const first = attempt(1);
const unsure = event({
  type: 'delivery.ambiguous',
  data: { part: 0, reason: 'cut off' },
  subject: ledger('ambiguous'),
});
const second = attempt(2);
const confirmed = event({
  type: 'delivery.confirmed',
  data: { part: 0, parts: 1, messageId: '1001' },
  subject: ledger('confirmed'),
});

const TURN = [started, delivered, called, resulted, answer, ended];

const of = (events: readonly StoredEvent[]) => waterfallOf(AGENT, message, events);
const shown = ({ name, state, parent }: Span) => [name, state, parent];

test('a message is followed from the queue over turn, call and answer to its receipt', (t) => {
  const waterfall = of([...TURN, requested, first, unsure, second, confirmed]);
  t.like(waterfall, {
    outcome: 'answered',
    turnId: 'turn-1',
    text: 'hello',
    endedAt: confirmed.time,
  });
  t.deepEqual(waterfall.spans.map(shown), [
    ['waits for a turn', 'done', undefined],
    ['turn', 'done', undefined],
    ['given to the agent', 'done', 'turn-1'],
    ['project create', 'done', 'turn-1'],
    ['answer', 'done', 'turn-1'],
    ['to telegram', 'done', 'answer-1'],
    ['attempt 1', 'perhaps', 'telegram/answer-1'],
    ['attempt 2', 'done', 'telegram/answer-1'],
  ]);
  const [queue, turn] = waterfall.spans;
  t.like(queue, { startedAt: message.time, endedAt: started.time });
  t.like(turn, { startedAt: started.time, endedAt: ended.time });
  t.is(waterfall.spans.at(-1)?.detail, 'received as 1001');
});

test('whatever goes on is open, and has no end', (t) => {
  t.like(of([]), { outcome: 'waiting', endedAt: undefined });
  t.like(of([started, called]), { outcome: 'running', endedAt: undefined });
  t.like(of([...TURN, requested, first]), { outcome: 'answered', endedAt: undefined });
});

test('what came to nothing says why, and what can be done', (t) => {
  const why = { reason: 'It took too long.', cure: 'Ask again.', code: 'ORC_TURN_DEADLINE' };
  const failed = event({ type: 'turn.failed', data: { turnId: 'turn-1', ...why } });
  const over = of([started, failed]);
  t.like(over, { outcome: 'failed', endedAt: failed.time });
  t.is(over.spans[1]?.detail, 'It took too long. Ask again.');
  const rejected = event({ type: 'process.rejected', data: { commandId: 'm-1', ...why } });
  t.like(of([rejected]), { outcome: 'rejected', endedAt: rejected.time });
  t.is(
    of([started, { ...ended, data: { turnId: 'turn-1', answers: 0, questions: 0 } } as StoredEvent])
      .outcome,
    'silent',
  );
});

test('a turn that was joined begins before the message', (t) => {
  const early = {
    ...started,
    time: '2025-12-31T23:59:00.000Z',
    data: { ...started.data, commandId: 'm-0' },
  };
  const { spans, turnId } = of([early as StoredEvent, delivered, answer, ended]);
  t.is(turnId, 'turn-1');
  t.deepEqual(spans[0]?.name, 'turn');
});

test('what a message waited for before its turn is told, and what its turn waited for', (t) => {
  const ready = event({ type: 'process.ready', data: { runId: 'run-1' } });
  const other = event({
    type: 'turn.ended',
    data: { turnId: 'turn-0', answers: 1, questions: 0 },
  });
  const asked = event({
    type: 'response.question',
    data: { text: 'Which?', waitMs: 60_000 },
    id: 'question-1',
  });
  const replied = event({ type: 'result', data: { ok: true, callId: 'question-1', value: {} } });
  const waterfall = of([ready, other, started, delivered, asked, replied]);
  t.is(waterfall.spans[0]?.detail, 'for the agent, to be ready, then for turn-0');
  const waits = waterfall.spans.find(({ id }) => id === 'question-1:reply');
  t.like(waits, { parent: 'question-1', startedAt: asked.time, endedAt: replied.time });
  t.is(of([started, asked]).spans.at(-1)?.state, 'open');

  const job = (name: string) => `jobs.job_1.${name}`;
  const order = event({
    type: 'job.requested',
    data: { tool: 'deploy', verb: 'run', input: {}, notify: true, timeouts: {} },
    subject: job('requested'),
  });
  const question = { type: 'job.input-required', data: { question: 'Deploy?' } } as const;
  const confirmed = { type: 'job.answered', data: { approved: true } } as const;
  const { spans } = of([
    started,
    order,
    event({ ...question, subject: job('input-required') }),
    event({ ...confirmed, subject: job('answered') }),
  ]);
  t.like(spans.at(-1), { name: 'waits for a person to confirm', parent: 'job_1', state: 'done' });
});

test('spans stand below what they belong to, each once, whatever they say', (t) => {
  const span = (id: string, parent?: string) => ({ id, ...(parent !== undefined && { parent }) });
  const spans = [span('a'), span('b'), span('c', 'a'), span('d', 'c'), span('e', 'none')];
  const lines = spanTree(spans).map(({ span: { id }, depth }) => `${depth}${id}`);
  t.deepEqual(lines, ['0a', '1c', '2d', '0b', '0e']);
  t.deepEqual(spanTree([span('a', 'b'), span('b', 'a')]), []);
});

test('no events whatever break it', (t) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const { spans } = of(events);
      const ids = new Set(spans.map(({ id }) => id));
      return ids.size === spans.length;
    }),
  );
  t.pass();
});
