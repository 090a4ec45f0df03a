import test from 'ava';
import { nextStep } from '../../../../core/domain/agent/next-step.ts';
import type { StoredEvent } from '../../../../schemas/event.ts';
import {
  created,
  delivered,
  exited,
  READY,
  sent,
  turnEnded,
  turnFailed,
  turnStarted,
} from '../../../support/agent-events.ts';
import { AGENT, evolved, given, JOINS, QUEUES, stored } from '../../../support/decider.ts';

const WHAT_IF = {
  agentId: 'agent-ba9876543210',
  turnId: 'turn-then',
  from: 1,
  to: 2,
  messageId: 'say',
  isolated: true,
};

// The one of READY is a `create`.
const made = { ...created, data: { ...created.data, whatIf: WHAT_IF } } as StoredEvent;
const [, ...started] = READY;
const LIVES = [made, ...started, sent('first', 'join'), sent('say', 'wait')];
const FIRST = [...LIVES, turnStarted('first'), delivered('first'), turnEnded('first')];
const SAYING = [...FIRST, turnStarted('say'), delivered('say')];

test('a what-if takes its own message after the first, and then ends and is deleted', (t) => {
  t.like(given(...FIRST).step(), { do: 'open-turn', message: { commandId: 'say' } });
  for (const over of [turnEnded('say'), turnFailed('say')]) {
    t.deepEqual(given(...SAYING, over).step(), { do: 'stop', reason: 'delete' });
    // Whatever came meanwhile has no turn any more.
    t.deepEqual(given(...SAYING, sent('m-2'), over).step(), { do: 'stop', reason: 'delete' });
  }
  const ended = [...SAYING, turnEnded('say'), exited];
  t.deepEqual(given(...ended).step(), { do: 'delete', commandId: 'create-1' });
  t.is(given(...ended, stored('process.deleted', { commandId: 'create-1' })).step(), undefined);
});

test('a what-if that cannot be started, or whose message is refused, is deleted all the same', (t) => {
  const failed = stored('process.start-failed', { runId: 'run-1', reason: 'no' });
  t.is(given(made, failed).step()?.do, 'delete');
  const refused = { commandId: 'say', code: 'ORC_TOO_LARGE', reason: 'too large', cure: 'none' };
  const rejected = stored('process.rejected', refused);
  t.deepEqual(given(...FIRST, rejected).step(), { do: 'stop', reason: 'delete' });
});

test('nothing that others send joins the turn of a what-if, nor answers its question', (t) => {
  t.is(given(...SAYING, sent('m-2')).step(JOINS), undefined);
  const question = stored(
    'response.question',
    { text: 'Which?', waitMs: 1000 },
    { id: `${AGENT}_question` },
  );
  const asking = [...SAYING, question, sent('m-2')];
  t.like(given(...asking).step(), { do: 'recall-answer', question: { questionId: question.id } });
  t.is(given(...asking).state.queue.length, 1);
});

test('no clock is set for a question of a what-if', (t) => {
  const data = { text: 'Which?', waitMs: 1000 };
  const question = stored('response.question', data, { id: `${AGENT}_question` });
  const isAwaited = () => false;
  t.is(nextStep(evolved([...SAYING, question]), QUEUES, { isAwaited })?.do, 'recall-answer');
  const others = [...READY, sent('m-1'), turnStarted('m-1'), delivered('m-1'), question];
  t.is(nextStep(evolved(others), QUEUES, { isAwaited })?.do, 'await-answer');
});
