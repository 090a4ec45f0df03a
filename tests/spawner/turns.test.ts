import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { lineAgentFactory } from '../../agents/line/line-agent-factory.ts';
import { storeFile } from '../../platform/files/file-store.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType, untilLogLine } from '../support/history.ts';
import { temporaryFolder } from '../support/nats.ts';
import { startSpawner } from '../support/spawner.ts';

const line = lineAgentFactory({ framing: 'line', endOfTurn: 'response' });
/** As a real CLI, it takes a message into the running turn. */
const joiningFactory = {
  ...line,
  kind: 'joining',
  traits: { whileBusy: 'join', endOfTurn: 'response' },
} as const;

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

/** An agent whose `inbox` is something else, and a message with a file. */
async function withoutInbox(t: ExecutionContext, instead: string) {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, `${instead}; ${ECHO}`);
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'turn.ended');
  const { nc } = spawner.nats.connection;
  const stored = await storeFile(nc, agent, {
    fileId: 'file-1',
    name: 'a.txt',
    bytes: Buffer.from('x'),
  });
  if (!stored.ok) throw new Error(stored.error);
  const send = (id: string, own: Partial<FileReference> = {}) => {
    const files = [{ ...stored.reference, ...own }];
    const data = { text: id, mode: 'join' as const, files };
    return spawner.log.append(command(agent, 'command.send', data, id));
  };
  return { spawner, agent, send };
}

test('F12: a file is written nowhere else where the agent has made its inbox a link', async (t) => {
  const outside = await temporaryFolder(t);
  const { spawner, agent, send } = await withoutInbox(t, `ln -s ${outside} inbox`);

  await send('second');

  await spawner.event(agent, 'turn.failed', (event) => event.correlationId === 'second');
  t.deepEqual(await readdir(outside), []);
});

test('E8: a message whose file cannot be put there is refused with its reason, and the next go on', async (t) => {
  const { spawner, agent, send } = await withoutInbox(t, 'touch inbox');

  await send('second');
  await send('third', { sha256: '0'.repeat(64) });
  await sendMessage(spawner.log, agent, 'fourth', 'hello again');

  await spawner.event(agent, 'turn.ended', (event) => event.correlationId === 'fourth');
  const events = await history(spawner.log);
  t.deepEqual(
    ofType(events, 'turn.failed').map(({ data, correlationId }) => [
      correlationId,
      data.code,
      data.reason.replace(/^.*?: /, ''),
    ]),
    [
      [
        'second',
        'ORC_ATTACHMENT_REFUSED',
        'workspace/inbox/file-1-a.txt cannot be written: something on its way is no folder',
      ],
      ['third', 'ORC_ATTACHMENT_REFUSED', 'a.txt is not kept any more'],
    ],
  );
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    ['hello', 'hello again'],
  );
});

test('E8: such a message that would have joined a running turn is refused, and the turn goes on', async (t) => {
  const spawner = await startSpawner(t, {
    factories: new Map([['joining', joiningFactory]]),
  });
  const agent = newAgentId();
  const once = 'touch inbox; read -r message; read -r go < go; orchestrator answer "$message"';
  await createAgent(spawner.log, agent, `mkfifo go; ${once}; read -r _`, { kind: 'joining' });
  await sendMessage(spawner.log, agent, 'first', 'hello');
  await spawner.event(agent, 'process.delivered');
  const file = { fileId: 'gone', name: 'a.txt', size: 1, sha256: '0'.repeat(64), pieces: 1 };
  const data = { text: 'second', mode: 'join' as const, files: [file] };
  await spawner.log.append(command(agent, 'command.send', data, 'second'));

  const { data: rejected } = await spawner.event(agent, 'process.rejected');

  t.like(rejected, { commandId: 'second', code: 'ORC_ATTACHMENT_REFUSED' });
  await writeFile(join(spawner.workspace(agent), 'go'), 'go\n');
  const ended = await spawner.event(agent, 'turn.ended');
  t.is(ended.data.answers, 1);
});

test('E7: a file of 255 characters that are not Latin is put there, under the end of its name', async (t) => {
  const { spawner, agent, send } = await withoutInbox(t, 'true');

  await send('second', { name: `${'文'.repeat(190)}.txt` });

  await spawner.event(agent, 'turn.ended', (event) => event.correlationId === 'second');
  const [name = ''] = await readdir(join(spawner.workspace(agent), 'inbox'));
  t.regex(name, /^file-1-文+\.txt$/);
  t.true(Buffer.byteLength(name) <= 255 && Buffer.byteLength(name) > 250);
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

test('C2: the user of an agent that never answers gets what its CLI said last', async (t) => {
  const spawner = await startSpawner(t, { endOfTurn: 'signal' });
  const agent = newAgentId();
  const notice = `'{"last-assistant-message":"It is 42."}'`;
  const program = `while read -r message; do orchestrator turn end ${notice}; done`;
  await createAgent(spawner.log, agent, program);
  await sendMessage(spawner.log, agent, 'first', 'hello');

  const failed = await spawner.event(agent, 'turn.failed');

  t.like(failed.data, { code: 'ORC_NO_ANSWER', lastWords: 'It is 42.' });
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
