import { readdir } from 'node:fs/promises';
import test from 'ava';
import { storeFile } from '../../platform/files/file-store.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType, untilLogLine } from '../support/history.ts';
import { temporaryFolder } from '../support/nats.ts';
import { startSpawner } from '../support/spawner.ts';

const ECHO = 'while IFS= read -r message; do orchestrator answer "$message"; done';

test('a message becomes a turn: started, delivered, answered, ended', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ECHO);
  await sendMessage(spawner.log, agent, 'first', 'hello');

  const ended = await spawner.event(agent, 'turn.ended');

  t.like(ended.data, { answers: 1, questions: 0 });
  t.is(ended.correlationId, 'first');
  const types = (await history(spawner.log)).map(({ type }) => type);
  const order = ['process.starting', 'process.ready', 'turn.started', 'response.answer'] as const;
  const places = order.map((type) => types.indexOf(type));
  t.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  t.true(types.includes('process.delivered'));
});

test('F12: a message whose file the agent has left no place for is brought, and nothing is written elsewhere', async (t) => {
  const spawner = await startSpawner(t);
  const outside = await temporaryFolder(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, `ln -s ${outside} inbox; ${ECHO}`);
  await spawner.event(agent, 'process.ready');
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'turn.ended');
  const { nc } = spawner.nats.connection;
  const file = { fileId: 'file-1', name: 'a.txt', bytes: Buffer.from('x') };
  const stored = await storeFile(nc, agent, file);
  if (!stored.ok) return t.fail(stored.error);

  const data = { text: 'second', mode: 'join' as const, files: [stored.reference] };
  await spawner.log.append(command(agent, 'command.send', data, 'second'));

  await spawner.event(agent, 'turn.ended', (event) => event.correlationId === 'second');
  t.deepEqual(await readdir(outside), []);
});

test('messages of a burst are answered in order, each in a turn of its own', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, ECHO);
  for (const text of ['one', 'two', 'three']) await sendMessage(spawner.log, agent, text, text);

  await spawner.event(agent, 'turn.ended', (event) => event.correlationId === 'three');

  const events = await history(spawner.log);
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    ['one', 'two', 'three'],
  );
  t.deepEqual(
    ofType(events, 'turn.ended').map((event) => event.correlationId),
    ['one', 'two', 'three'],
  );
});

test('a turn that ends without a word is reminded once, and goes on', async (t) => {
  const spawner = await startSpawner(t, { endOfTurn: 'signal' });
  const agent = newAgentId();
  const forgetful =
    'read -r message; orchestrator turn end; read -r reminder; orchestrator answer "sorry: $message"; orchestrator turn end; read -r _';
  await createAgent(spawner.log, agent, forgetful);
  await sendMessage(spawner.log, agent, 'first', 'hello');

  await spawner.event(agent, 'turn.ended');

  const events = await history(spawner.log);
  t.is(ofType(events, 'turn.nudged').length, 1);
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    ['sorry: hello'],
  );
});

test('a turn that ends without a word after the reminder fails visibly', async (t) => {
  const spawner = await startSpawner(t, { endOfTurn: 'signal' });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r message; do orchestrator turn end; done');
  await sendMessage(spawner.log, agent, 'first', 'hello');

  const failed = await spawner.event(agent, 'turn.failed');

  t.is(failed.data.code, 'ORC_NO_ANSWER');
  t.is(ofType(await history(spawner.log), 'turn.nudged').length, 1);
});

test('a turn that runs out of time fails visibly, and its late answer is still delivered', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  const slow = 'read -r message; read -r go < go; orchestrator answer late; read -r _';
  await createAgent(spawner.log, agent, `mkfifo go; ${slow}`, { turnDeadlineMs: 1000 });
  await sendMessage(spawner.log, agent, 'first', 'hello');

  const failed = await spawner.event(agent, 'turn.failed');
  t.is(failed.data.code, 'ORC_TURN_DEADLINE');

  const { writeFile } = await import('node:fs/promises');
  await writeFile(`${spawner.workspace(agent)}/go`, 'go\n');
  const answer = await spawner.event(agent, 'response.answer');
  t.is(answer.data.text, 'late');
});

test('a crash in a turn fails it, and what waited behind it is rejected', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'read -r message; exit 3');
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await sendMessage(spawner.log, agent, 'second', 'are you there');

  const failed = await spawner.event(agent, 'turn.failed');
  const exited = await spawner.event(agent, 'process.exited');
  const rejected = await spawner.event(agent, 'process.rejected');

  t.is(failed.data.code, 'ORC_AGENT_CRASHED');
  t.true(failed.data.reason.includes('exit code 3'));
  t.is(exited.data.code, 3);
  t.like(rejected.data, { commandId: 'second', code: 'ORC_AGENT_ENDED' });
});

test('an interrupt reaches the agent and fails the turn as interrupted', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  const stubborn = `trap 'echo interrupted' INT; echo ready; while true; do read -r message || sleep 0.1; [ "$message" = quick ] && orchestrator answer quick; message=; done`;
  await createAgent(spawner.log, agent, stubborn);
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'process.delivered');
  await untilLogLine(spawner.log, agent, 'ready');

  await spawner.log.append(command(agent, 'command.interrupt', {}));
  const failed = await spawner.event(agent, 'turn.failed');
  await sendMessage(spawner.log, agent, 'second', 'quick');
  const ended = await spawner.event(agent, 'turn.ended');

  t.is(failed.data.code, 'ORC_TURN_INTERRUPTED');
  t.is(ended.correlationId, 'second');
});

test('a message that interrupts ends the running turn and opens its own', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  const stubborn = `trap 'echo interrupted' INT; echo ready; while true; do read -r message || sleep 0.1; [ "$message" = quick ] && orchestrator answer quick; message=; done`;
  await createAgent(spawner.log, agent, stubborn);
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'process.delivered');
  await untilLogLine(spawner.log, agent, 'ready');

  const data = { text: 'quick', mode: 'interrupt' as const };
  await spawner.log.append(command(agent, 'command.send', data, 'second'));
  const ended = await spawner.event(agent, 'turn.ended');

  t.is(ended.correlationId, 'second');
  t.is((await spawner.event(agent, 'turn.failed')).data.code, 'ORC_TURN_INTERRUPTED');
});
