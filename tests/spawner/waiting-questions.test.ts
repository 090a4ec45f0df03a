import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { startSpawner } from '../support/spawner.ts';

/** Asks in its turn, waits, and answers with what it was told. */
const ASKER = (options = '') =>
  `read -r _; told=$(orchestrator ask --wait ${options} "Shall I?"); code=$?; orchestrator answer "told: $told ($code)"; read -r second; orchestrator answer "second: $second"; read -r _`;

test('a waiting question gets the next message on its stdout, within one turn', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ASKER('--option yes --option no'));
  await sendMessage(spawner.log, agent, 'first', 'go');
  const question = await spawner.event(agent, 'response.question');
  await sendMessage(spawner.log, agent, 'reply', 'yes\nand "more"');

  const ended = await spawner.event(agent, 'turn.ended');

  t.deepEqual(question.data.options, ['yes', 'no']);
  const events = await history(spawner.log);
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    ['told: yes\nand "more" (0)'],
  );
  t.is(ofType(events, 'turn.started').length, 1);
  t.is(ended.correlationId, 'first');
  const taken = ofType(events, 'process.delivered').map(({ data }) => data.commandId);
  t.deepEqual(taken, ['first', 'reply']);
});

test('the first answer counts, a late one is told so, and a new message is a message', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ASKER());
  await sendMessage(spawner.log, agent, 'first', 'go');
  const { id: answers } = await spawner.event(agent, 'response.question');
  for (const text of ['one', 'two']) {
    const data = { text, mode: 'join' as const, answers };
    await spawner.log.append(command(agent, 'command.send', data, text));
  }
  const rejected = await spawner.event(agent, 'process.rejected');
  await spawner.event(agent, 'turn.ended');
  await sendMessage(spawner.log, agent, 'second', 'hello');
  await spawner.event(agent, 'turn.ended', ({ correlationId }) => correlationId === 'second');

  t.like(rejected.data, { commandId: 'two', code: 'ORC_QUESTION_CLOSED' });
  t.deepEqual(
    ofType(await history(spawner.log), 'response.answer').map(({ data }) => data.text),
    ['told: one (0)', 'second: hello'],
  );
});

test('a question survives the spawner and the server; its answer is still heard', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ASKER());
  await sendMessage(spawner.log, agent, 'first', 'go');
  await spawner.event(agent, 'response.question');
  await spawner.stop();
  await spawner.nats.kill();
  await spawner.nats.restart();
  const log = new EventLog(await spawner.nats.connect());
  await sendMessage(log, agent, 'reply', 'still here');
  await spawner.start();

  await spawner.event(agent, 'turn.ended');

  t.deepEqual(
    ofType(await history(spawner.log), 'response.answer').map(({ data }) => data.text),
    ['told: still here (0)'],
  );
});

test('nobody answers in time: the asker is told by its exit code, and what comes later is a message', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ASKER('--timeout 1s'));
  await sendMessage(spawner.log, agent, 'first', 'go');
  await spawner.event(agent, 'turn.ended');
  await sendMessage(spawner.log, agent, 'late', 'yes');
  await spawner.event(agent, 'turn.ended', ({ correlationId }) => correlationId === 'late');

  const events = await history(spawner.log);
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    ['told:  (4)', 'second: yes'],
  );
  const [result] = ofType(events, 'result');
  t.like(result?.data, { ok: false, error: { code: 'ORC_TIMED_OUT' } });
});

test('a turn waits for a person beyond its deadline, and has its whole time again after', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ASKER(), { turnDeadlineMs: 5000 });
  await sendMessage(spawner.log, agent, 'first', 'go');
  // It fired: until then it stands on the subject of its schedule.
  await spawner.event(agent, 'timer.turn', ({ subject }) => subject.startsWith('agents.'));
  await sendMessage(spawner.log, agent, 'reply', 'sorry, was away');

  await spawner.event(agent, 'turn.ended');

  t.is(ofType(await history(spawner.log), 'turn.failed').length, 0);
});

test('an agent that says itself when it is ready gets its first message then; one that cannot, says why', async (t) => {
  const spawner = await startSpawner(t, { readiness: { wait: 'signal', timeoutMs: 30_000 } });
  const [good, bad] = [newAgentId(), newAgentId()];
  await createAgent(
    spawner.log,
    good,
    'mkfifo go; read -r _ <go; orchestrator ready; read -r m; orchestrator answer "$m"; read -r _',
  );
  await createAgent(spawner.log, bad, 'orchestrator ready --problem "no login"; read -r _');
  await sendMessage(spawner.log, good, 'first', 'hello');
  await sendMessage(spawner.log, bad, 'second', 'hello');

  const failed = await spawner.event(bad, 'process.start-failed');
  t.is(failed.data.reason, 'no login');
  t.is(ofType(await history(spawner.log), 'process.ready').length, 0);
  await writeFile(join(spawner.workspace(good), 'go'), 'go\n');
  const answer = await spawner.event(good, 'response.answer');
  t.is(answer.data.text, 'hello');
});

test('an agent that says why its turn came to nothing fails it so', async (t) => {
  const spawner = await startSpawner(t, { endOfTurn: 'signal' });
  const agent = newAgentId();
  const broken = 'read -r _; orchestrator turn end --problem "529 overloaded"; read -r _';
  await createAgent(spawner.log, agent, broken);
  await sendMessage(spawner.log, agent, 'first', 'hello');

  const failed = await spawner.event(agent, 'turn.failed');

  t.is(failed.data.code, 'ORC_MODEL_BUSY');
  t.true(failed.data.reason.includes('529 overloaded'));
});
