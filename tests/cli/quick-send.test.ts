import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { quickSend } from '../../cli/quick/quick-send.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent } from '../support/commands.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { seenEvent } from '../support/seen-event.ts';
import { type Finished, finished, startSystem, type TestSystem } from '../support/system.ts';
import { Wire } from '../support/wire.ts';
import { TELL_LOADS } from './tell-loads.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');

/** One system for all tests: each has an agent of its own. */
const leavings: (() => unknown)[] = [];
let shared: Promise<TestSystem> | undefined;
const sharedSystem = () => {
  shared ??= startSystem({ teardown: (undo) => leavings.push(undo) });
  return shared;
};
test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

const ECHO = 'while IFS= read -r m; do [ "$m" = end ] && exit 3; orchestrator answer "$m"; done';

interface Place {
  system: TestSystem;
  log: EventLog;
  agent: string;
}

async function readyAgent(commandLine = ECHO): Promise<Place> {
  const system = await sharedSystem();
  const log = await system.log();
  const agent = newAgentId();
  await createAgent(log, agent, commandLine);
  const isReady = ({ type, subject }: { type: string; subject: string }) =>
    type === 'process.ready' && subject.includes(agent);
  await untilEvent(log, isReady);
  return { system, log, agent };
}

/** The whole process; what it loads is told on stderr. */
function send(place: Place, args: string[], env: Record<string, string> = {}): Promise<Finished> {
  const command = ['--import', TELL_LOADS, MAIN, 'send', ...args];
  return finished(spawn(process.execPath, command, { env: { ...place.system.env, ...env } }));
}

const told = ({ code, stdout, stderr }: Finished) => ({
  code,
  stdout,
  stderr: stderr.replaceAll(/^LOADED .*\n/gm, ''),
});

const isQuick = (t: ExecutionContext, { stderr }: Finished) =>
  t.false(/LOADED .*(nats-io|clipanion|zod|whole-command)/.test(stderr), stderr);

async function messages({ log, agent }: Place): Promise<string[]> {
  const all = await history(log, `agents.${agent}.command.send`);
  return ofType(all, 'command.send').map(({ data }) => data.text);
}

/** A wire to the system's server, which is given as a setting. */
async function wireTo(place: Place, t: ExecutionContext) {
  const { nc } = await place.system.connection();
  const wire = await Wire.to(Number(nc.getServer().split(':').at(-1)), t);
  return { wire, env: { ORCHESTRATOR_NATS_URL: wire.url } };
}

test('send --wait: the quick way loads no client, and shows what the whole command shows', async (t) => {
  const place = await readyAgent();
  const args = [place.agent, 'hällo "there"', '--wait'];
  const quick = await send(place, args);
  const whole = await send(place, [...args, '--timeout', '20s']);
  isQuick(t, quick);
  t.deepEqual(told(quick), { code: 0, stdout: 'hällo "there"\n', stderr: '' });
  t.deepEqual(told(quick), told(whole));
});

test('send without --wait: the quick way tells the id of the message, which is stored as by the whole command', async (t) => {
  const place = await readyAgent('while read -r m; do :; done');
  const quick = await send(place, [place.agent, 'hello']);
  const whole = await send(place, [place.agent, 'hello', '--timeout', '20s']);
  isQuick(t, quick);
  const stored: unknown[] = [];
  const ids: string[] = [];
  const filter = `agents.${place.agent}.command.send`;
  for await (const message of place.log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    // Each begins with itself.
    stored.push(seenEvent(message).filter((one) => one !== message.header('ce-correlationid')));
    ids.push(`${message.header('ce-id')}\n`);
  }
  t.deepEqual(ids, [quick.stdout, whole.stdout]);
  t.deepEqual(stored[0], stored[1]);
});

test('no such agent: the whole command says so, and nothing is stored', async (t) => {
  const place = await readyAgent();
  const agent = newAgentId();
  const { code, stderr } = told(await send(place, [agent, 'x', '--wait']));
  t.is(code, 1);
  t.regex(stderr, /^orchestrator: .*ORC_AGENT_NOT_FOUND/);
  t.deepEqual(await messages({ ...place, agent }), []);
});

test('a turn that fails is told by the whole command, of the one message', async (t) => {
  const place = await readyAgent();
  const { code, stdout, stderr } = told(await send(place, [place.agent, 'end', '--wait']));
  t.is(code, 1);
  t.is(stdout, '');
  t.regex(stderr, /^orchestrator: .*ORC_/);
  t.deepEqual(await messages(place), ['end']);
});

const LOST: [string, string][] = [
  ['the acknowledgement', '"stream":"EVENTS"'],
  ['the end of the turn', '.turn.ended '],
];

for (const [what, sign] of LOST) {
  test(`a connection that breaks before ${what}: the whole command goes on, and nothing is done or shown twice`, async (t) => {
    const place = await readyAgent();
    const { wire, env } = await wireTo(place, t);
    let lost = 0;
    wire.passes = (said) => {
      if (lost > 0 || !said.includes(sign)) return true;
      lost += 1;
      wire.cut();
      return false;
    };
    const answered = told(await send(place, [place.agent, 'once', '--wait'], env));
    t.deepEqual(answered, { code: 0, stdout: 'once\n', stderr: '' });
    t.is(lost, 1);
    t.deepEqual(await messages(place), ['once']);
  });
}

test('a message that is interrupted while its turn runs says so', async (t) => {
  const place = await readyAgent('while read -r m; do sleep 1000; done');
  const command = [MAIN, 'send', place.agent, 'slow', '--wait'];
  const child = spawn(process.execPath, command, { env: place.system.env });
  const ended = finished(child);
  const isTurn = ({ type, subject }: { type: string; subject: string }) =>
    type === 'turn.started' && subject.includes(place.agent);
  await untilEvent(place.log, isTurn);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  t.is(code, 130);
  t.regex(stderr, /ORC_INTERRUPTED/);
});

const AGENT = newAgentId();

test('what leaves nothing to ask goes the quick way, whatever the order', (t) => {
  const plain = { agentId: AGENT, text: 'hello' };
  t.deepEqual(quickSend(['send', AGENT, 'hello']), { ...plain, wait: false });
  t.deepEqual(quickSend(['send', '--wait', AGENT, 'hello']), { ...plain, wait: true });
  t.deepEqual(quickSend(['send', AGENT, '--wait', 'hello']), { ...plain, wait: true });
});

const WHOLE = [
  ['send'],
  ['send', AGENT],
  ['send', AGENT, ''],
  ['send', AGENT, '-'],
  ['send', AGENT, '--help'],
  ['send', AGENT, 'hello', '--json'],
  ['send', AGENT, 'hello', '--mode', 'wait'],
  ['send', AGENT, 'hello', 'world'],
  ['send', AGENT, 'hello', '--wait', '--wait'],
  ['send', 'a name', 'hello'],
  ['send', AGENT, 'a\uFFFDb'],
  ['stop', AGENT, 'hello'],
];

for (const args of WHOLE) {
  test(`${JSON.stringify(args)} is the whole command's`, (t) => {
    t.is(quickSend(args), undefined);
  });
}
