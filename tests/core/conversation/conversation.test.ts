import test from 'ava';
import { followConversation } from '../../../core/conversation/conversation.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import { subjectOf } from '../../../schemas/subjects.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { command, createAgent } from '../../support/commands.ts';
import { startTestNats } from '../../support/nats.ts';

const [ADA, BOB] = ['agent-aaaaaaaaaaaa', 'agent-bbbbbbbbbbbb'];

const answer = (agentId: string, text: string): NewEvent => ({
  id: `${agentId}_answer-${text.replaceAll(' ', '-')}`,
  type: 'response.answer',
  source: 'test',
  time: new Date().toISOString(),
  subject: subjectOf({ family: 'response', agentId, name: 'answer' }),
  data: { text },
});

/** Agents as somebody has created them: the first events of the log. */
async function createBoth(log: EventLog): Promise<void> {
  for (const agentId of [ADA, BOB]) await createAgent(log, agentId, 'cat');
}

async function answers(
  options: Omit<Parameters<typeof followConversation>[0], 'signal'>,
  wanted: number,
): Promise<string[]> {
  const texts: string[] = [];
  const abort = new AbortController();
  for await (const { happenings } of followConversation({ ...options, signal: abort.signal })) {
    texts.push(...happenings.flatMap((one) => (one.kind === 'answer' ? [one.text] : [])));
    if (texts.length >= wanted) abort.abort();
  }
  return texts;
}

test.serial(
  'one agent is followed from where one wants, then live, in the order of the log',
  async (t) => {
    const { log } = await startTestNats(t);
    await createBoth(log);
    await appendInOrder(log, [answer(ADA, 'before'), answer(ADA, 'first'), answer(BOB, 'other')]);
    const following = answers({ log, agentId: ADA, from: 4 }, 2);
    await log.append(answer(ADA, 'second'));

    t.deepEqual(await following, ['first', 'second']);
  },
);

test.serial('without an agent all are followed', async (t) => {
  const { log } = await startTestNats(t);
  await createBoth(log);
  await appendInOrder(log, [answer(ADA, '1'), answer(BOB, '2')]);

  t.deepEqual(await answers({ log, from: 1 }, 2), ['1', '2']);
});

test.serial('what does not parse is left out', async (t) => {
  const { log, connection } = await startTestNats(t);
  await createBoth(log);
  await connection.nc.request(`agents.${ADA}.response.answer`, 'no event');
  await appendInOrder(log, [answer(ADA, 'good')]);

  t.deepEqual(await answers({ log, agentId: ADA, from: 1 }, 1), ['good']);
});

test.serial('what an agent says after its end is left out, wherever one begins', async (t) => {
  const { log } = await startTestNats(t);
  await createBoth(log);
  const exited: NewEvent = {
    id: 'process.exited:run-1',
    type: 'process.exited',
    source: 'test',
    time: new Date().toISOString(),
    subject: subjectOf({ family: 'process', agentId: ADA, name: 'exited' }),
    data: { runId: 'run-1', code: 0, signal: null },
  };
  await appendInOrder(log, [
    answer(ADA, 'in time'),
    exited,
    answer(ADA, 'late'),
    answer(BOB, 'the end'),
  ]);

  t.deepEqual(await answers({ log, from: 1 }, 2), ['in time', 'the end']);
  t.deepEqual(await answers({ log, from: 5 }, 1), ['the end']);
});

test.serial('a talk is told with what is open in it, and forgotten when nothing is', async (t) => {
  const { log } = await startTestNats(t);
  await log.append(command(ADA, 'command.send', { text: 'hi', mode: 'join' }, 'message'));
  const rejected: NewEvent = {
    id: 'rejected',
    type: 'process.rejected',
    source: 'test',
    time: new Date().toISOString(),
    subject: subjectOf({ family: 'process', agentId: ADA, name: 'rejected' }),
    data: { commandId: 'message', code: 'ORC_AGENT_ENDED', reason: 'ended', cure: 'Again.' },
  };
  const abort = new AbortController();
  const open: (number | undefined)[] = [];
  for await (const { talks } of followConversation({ log, from: 1, signal: abort.signal })) {
    open.push(talks.get(ADA)?.open.length);
    if (open.length === 1) await log.append(rejected);
    else if (talks.get(ADA) === undefined) abort.abort();
    else await log.append(answer(BOB, 'later'));
  }

  t.deepEqual(open, [1, 0, undefined]);
});
