import test from 'ava';
import { type Because, TurnCauses } from '../../../core/conversation/turn-causes.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { startTestNats } from '../../support/nats.ts';
import { AGENT, said } from '../log/events.ts';

const meta = { source: 'test', now: new Date() };
const deadlineAt = '2026-01-04T15:10:00.000Z';

const started = (turnId: string, commandId: string, correlationId = commandId) => {
  const data = { turnId, commandId, deadlineAt };
  const id = `turn.started:${turnId}`;
  return newEvent('turn.started', { agentId: AGENT }, data, { ...meta, id, correlationId });
};

const ended = (turnId: string) => {
  const data = { turnId, answers: 1, questions: 0 };
  return newEvent('turn.ended', { agentId: AGENT }, data, { ...meta, id: `turn.over:${turnId}` });
};

/** The causes of the agent's words, by their texts, as one that begins at a place sees them. */
async function causes(log: EventLog, from: number): Promise<Record<string, Because>> {
  const reader = new TurnCauses(log);
  const found: Record<string, Because> = {};
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: from } })) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') continue;
    const because = await reader.of(parsed.event);
    if (parsed.event.type === 'response.answer') found[parsed.event.data.text] = because;
  }
  return found;
}

test('what an agent says has the causes of its turn, wherever one begins to read (C6)', async (t) => {
  const { log } = await startTestNats(t);
  await appendInOrder(log, [
    said('before', 'before'),
    started('turn-1', 'm-1', 'update-7'),
    said('in-it', 'in it'),
    ended('turn-1'),
    said('between', 'between'),
    started('turn-2', 'm-2'),
    said('in-the-next', 'in the next'),
  ]);
  const first = { correlationId: 'update-7', causationId: 'turn-1' };
  const second = { correlationId: 'm-2', causationId: 'turn-2' };

  t.deepEqual(await causes(log, 1), {
    before: {},
    'in it': first,
    between: {},
    'in the next': second,
  });
  const behind = { 'in it': first, between: {}, 'in the next': second };
  t.deepEqual(await causes(log, 3), behind, 'another turn has begun since');
  t.deepEqual(await causes(log, 5), { between: {}, 'in the next': second });
  t.deepEqual(await causes(log, 7), { 'in the next': second });
});

test('a word of a turn that is over by now has the causes of that turn all the same', async (t) => {
  const { log } = await startTestNats(t);
  await appendInOrder(log, [started('turn-1', 'm-1'), said('in-it', 'in it'), ended('turn-1')]);
  t.deepEqual(await causes(log, 2), {
    'in it': { correlationId: 'm-1', causationId: 'turn-1' },
  });
});
