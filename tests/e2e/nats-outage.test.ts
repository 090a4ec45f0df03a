import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { killAll } from '../support/process-tree.ts';
import { dataFolder, environment, orchestrator, startSystem } from '../support/system.ts';

/** Answers only after the outage has begun, and prints all the while. */
const AGENT = `
while IFS= read -r message; do
  for n in 1 2 3 4 5; do echo "$message $n"; sleep 0.2; done
  orchestrator answer "$message"
done`;

test('nats-server silent until its clients give it up, killed and back: nothing is lost, everything reconnects', async (t) => {
  t.timeout(180_000);
  const system = await startSystem(t);
  const log = await system.log();
  const agent = newAgentId();
  await createAgent(log, agent, AGENT);
  await sendMessage(log, agent, 'before', 'before');
  await untilEvent(log, (event) => event.type === 'process.delivered');

  // Stopped rather than dead: its supervisor would have a dead one back at once.
  const pid = Number(await readFile(join(system.dataDir, 'nats', 'nats.pid'), 'utf8'));
  const connection = await system.connection();
  const noticed = new Promise<void>((resolve) => connection.onDisconnect(resolve));
  process.kill(pid, 'SIGSTOP');
  const during = orchestrator(['answer', 'said during the outage'], {
    env: await agentEnvironment(system.dataDir, agent),
  });
  await noticed;
  killAll([pid]);

  const said = await during;
  t.is(said.code, 0, said.stderr);
  await untilEvent(log, (event) => event.type === 'turn.ended');
  await sendMessage(log, agent, 'after', 'after');
  await untilEvent(log, (event) => event.type === 'turn.ended' && event.correlationId === 'after');
  const answers = ofType(await history(log), 'response.answer').map(({ data }) => data.text);
  t.deepEqual(answers.toSorted(), ['after', 'before', 'said during the outage']);
  const { code, stderr } = await orchestrator(['verify'], { env: system.env });
  t.is(code, 0, stderr);
});

async function agentEnvironment(dataDir: string, agent: string): Promise<NodeJS.ProcessEnv> {
  return environment(dataDir, {
    ORCHESTRATOR_AGENT_ID: agent,
    ORCHESTRATOR_NATS_URL: (await readFile(join(dataDir, 'nats', 'url'), 'utf8')).trim(),
    ORCHESTRATOR_CREDS: join(dataDir, 'agents', agent, '.orchestrator', 'agent.creds'),
  });
}

test('with NATS down for good, each command says so in one line within its time-out', async (t) => {
  const dataDir = dataFolder(t);
  const nowhere = { ORCHESTRATOR_NATS_URL: 'nats://127.0.0.1:9' };
  const agent = newAgentId();
  const env = environment(dataDir, nowhere);
  const commands = [
    ['agents'],
    ['create'],
    ['send', agent, 'hello'],
    ['stop', agent],
    ['interrupt', agent],
    ['delete', agent],
    ['extend', agent],
    ['logs', agent],
    ['events'],
    ['projects'],
    ['verify'],
  ];
  for (const args of commands) {
    const { code, stdout, stderr } = await orchestrator([...args, '--timeout', '3s'], { env });
    t.is(code, 1, args.join(' '));
    t.is(stdout, '');
    t.regex(stderr, /^orchestrator: ORC_NOT_REACHABLE: .*127\.0\.0\.1:9.*\n$/, args.join(' '));
  }
});
