import test from 'ava';
import { Speakers } from '../../../core/conversation/speakers.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import type { NewEvent, StoredEvent } from '../../../schemas/event.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { command, createAgent, sendMessage } from '../../support/commands.ts';
import { startTestNats } from '../../support/nats.ts';
import { AGENT, collect, said } from '../log/events.ts';

const OTHER = 'agent-ba9876543210';
const LATE = `${AGENT} had ended before it said this`;
const UNKNOWN = `there is no agent ${AGENT}, so it says nothing`;

const ends = {
  stopped: { runId: 'run-1', reason: 'stop', code: 0, signal: null },
  exited: { runId: 'run-1', code: 0, signal: null },
  lost: { runId: 'run-1', reason: 'gone' },
  'start-failed': { runId: 'run-1', reason: 'no bash' },
} as const;

const ended = (name: keyof typeof ends): NewEvent =>
  ({
    id: `process.${name}:run-1`,
    type: `process.${name}`,
    source: 'test',
    time: new Date().toISOString(),
    subject: `agents.${AGENT}.process.${name}`,
    data: ends[name],
    // Name and data belong together by `ends`.
  }) as NewEvent;

/** What is refused of the log from a place on, by sequence; as one that begins there hears it. */
async function refusals(log: EventLog, from: number, filter?: string): Promise<[number, string][]> {
  const speakers = new Speakers(log);
  const refused: [number, string][] = [];
  const range = { stream: 'EVENTS' as const, from: { sequence: from } };
  for await (const message of log.read({ ...range, ...(filter && { filter }) })) {
    const parsed = parseEvent(message);
    const reason = parsed.kind === 'event' ? await speakers.refusal(parsed.event) : undefined;
    if (reason !== undefined) refused.push([message.sequence, reason]);
  }
  return refused;
}

for (const name of Object.keys(ends) as (keyof typeof ends)[]) {
  test(`an agent that has ended (${name}) is not heard from there on, wherever one begins`, async (t) => {
    const { log } = await startTestNats(t);
    await createAgent(log, AGENT, 'cat');
    await createAgent(log, OTHER, 'cat');
    await appendInOrder(log, [said('a'), ended(name), said('b'), said('c', 'c', OTHER), said('d')]);
    const late: [number, string][] = [
      [5, LATE],
      [7, LATE],
    ];

    for (const from of [1, 2, 3, 4, 5]) t.deepEqual(await refusals(log, from), late, `${from}`);
    t.deepEqual(await refusals(log, 7), late.slice(1));
    t.deepEqual(
      await refusals(log, 1, 'agents.*.response.*'),
      late,
      'also where its end does not pass by',
    );
  });
}

const resumed: NewEvent = {
  id: 'process.resumed:cmd-1',
  type: 'process.resumed',
  source: 'test',
  time: new Date().toISOString(),
  subject: `agents.${AGENT}.process.resumed`,
  data: {
    commandId: 'cmd-1',
    memory: 'digest',
    was: {
      kind: 'line',
      ttlMs: 1,
      turnDeadlineMs: 1,
      createdAt: new Date().toISOString(),
      createdBy: 'c',
      counts: { messages: 0, answers: 0, turns: 0, failed: 0 },
      runs: 1,
    },
  },
};

test('an agent that goes on is heard again from there on, wherever one begins', async (t) => {
  const { log } = await startTestNats(t);
  await createAgent(log, AGENT, 'cat');
  const first = [said('a'), ended('stopped'), said('b'), resumed, said('c'), ended('lost')];
  await appendInOrder(log, [...first, said('d')]);
  const late: [number, string][] = [
    [4, LATE],
    [8, LATE],
  ];

  for (const from of [1, 2, 3, 4]) t.deepEqual(await refusals(log, from), late, `${from}`);
  t.deepEqual(await refusals(log, 5), late.slice(1));
  t.deepEqual(await refusals(log, 1, 'agents.*.response.*'), late);
});

test('an agent is not heard before somebody created it, nor brought back by being created again', async (t) => {
  const { log } = await startTestNats(t);
  await appendInOrder(log, [said('a')]);
  await sendMessage(log, AGENT, 'm-1', 'is anybody there?');
  await appendInOrder(log, [said('b')]);
  await createAgent(log, AGENT, 'cat');
  await appendInOrder(log, [said('c'), ended('exited')]);
  await createAgent(log, AGENT, 'cat');
  await appendInOrder(log, [said('d')]);

  for (const from of [1, 2, 3]) {
    const refused = await refusals(log, from);
    t.deepEqual(
      refused,
      [
        [1, UNKNOWN],
        [3, UNKNOWN],
        [8, LATE],
      ].filter(([sequence]) => Number(sequence) >= from),
    );
  }
  t.deepEqual(await refusals(log, 7), [[8, LATE]]);
});

test('an end that comes after the agent was looked up is learned as it passes by', async (t) => {
  const { log } = await startTestNats(t);
  await createAgent(log, AGENT, 'cat');
  await appendInOrder(log, [said('a')]);
  const speakers = new Speakers(log);
  const hear = async (sequence: number) => {
    const message = await log.at('EVENTS', sequence);
    const parsed = message && parseEvent(message);
    if (parsed?.kind !== 'event') throw new Error('no event');
    return speakers.refusal(parsed.event);
  };
  t.is(await hear(2), undefined);
  await appendInOrder(log, [ended('exited'), said('b')]);

  t.is(await hear(3), undefined);
  t.is(await hear(4), LATE);
});

test('only the first word of an agent asks the log; what services state never does', async (t) => {
  const { log } = await startTestNats(t);
  await createAgent(log, AGENT, 'cat');
  const speakers = new Speakers(log);
  const stored = (event: NewEvent) => ({ ...event, sequence: 2 }) as StoredEvent;

  t.is(speakers.refusal(stored(command(AGENT, 'command.delete', {}))), undefined);
  const asked = speakers.refusal(stored(said('a')));
  t.true(asked instanceof Promise);
  await asked;
  t.is(speakers.refusal(stored(said('b'))), undefined);
});

test('with the server gone it says so, and is asked again', async (t) => {
  const nats = await startTestNats(t);
  await createAgent(nats.log, AGENT, 'cat');
  await appendInOrder(nats.log, [said('a')]);
  const [first] = await collect(nats.log.read({ stream: 'EVENTS', from: { sequence: 2 } }));
  const parsed = first && parseEvent(first);
  if (parsed?.kind !== 'event') return t.fail();
  const speakers = new Speakers(nats.log);
  await nats.kill();
  await t.throwsAsync(async () => speakers.refusal(parsed.event), { code: 'ORC_NOT_REACHABLE' });
  await nats.restart();
  await nats.connection.connected(10_000);
  t.is(await speakers.refusal(parsed.event), undefined);
});
