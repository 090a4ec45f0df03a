import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { startSystem } from '../support/system.ts';
import { Cleanup, median, round } from './measure.ts';

const ORCHESTRATOR = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'orchestrator');

const RUNS = 21;

/** What an agent waits for a call of `orchestrator`, beside what Node itself takes to start. */
export async function answerStartUp(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const system = await startSystem(cleanup);
  const log = await system.log();
  const agentId = newAgentId();
  // It reads and says nothing: messages are taken, and nobody waits for an answer.
  await createAgent(log, agentId, 'while read -r _; do :; done');
  await untilEvent(log, (event) => event.type === 'process.ready');
  const home = join(system.dataDir, 'agents', agentId);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ORCHESTRATOR_AGENT_ID: agentId,
    ORCHESTRATOR_NATS_URL: (await system.connection()).nc.getServer(),
    ORCHESTRATOR_CREDS: join(home, '.orchestrator', 'agent.creds'),
  };
  const agents = (...args: string[]): Call => ({ words: [ORCHESTRATOR, ...args], env });
  const operators = (...args: string[]): Call => ({
    words: [ORCHESTRATOR, ...args],
    env: system.env,
  });
  const spent = inTurn({
    '`node -e 0`': { words: [process.execPath, '-e', '0'], env },
    '`orchestrator --version`': agents('--version'),
    '`orchestrator answer hello`, stored and acknowledged': agents('answer', 'hello'),
    '`orchestrator answer --json hello`, the whole command': agents('answer', '--json', 'hello'),
    '`orchestrator project list`, with its result': agents('project', 'list'),
    '`orchestrator send <agent> hello`, stored': operators('send', agentId, 'hello'),
    '`orchestrator send --json <agent> hello`, the whole command': operators(
      'send',
      '--json',
      agentId,
      'hello',
    ),
  });
  await system.stop();
  const node = median(spent.values().next().value ?? []);
  const rows = [...spent].map(
    ([name, ms]) => `| ${name} | ${round(median(ms))} | ${round(median(ms) / node, 1)} |`,
  );
  const load = `Load of the machine: ${round(loadavg()[0] ?? 0)}.`;
  const head = [`| command | median of ${RUNS}, ms | times \`node -e 0\` |`, '| --- | --- | --- |'];
  return [...head, ...rows, '', load];
}

interface Call {
  words: [string, ...string[]];
  env: NodeJS.ProcessEnv;
}

/** Each once a round, so that what else the machine does meets them all. */
function inTurn(calls: Record<string, Call>): Map<string, number[]> {
  const spent = new Map(Object.keys(calls).map((name): [string, number[]] => [name, []]));
  for (let round = 0; round <= RUNS; round += 1) {
    for (const [name, { words, env }] of Object.entries(calls)) {
      const [program, ...args] = words;
      const begin = performance.now();
      const { status, stderr } = spawnSync(program, args, { env });
      if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
      // The first round warms up.
      if (round > 0) spent.get(name)?.push(performance.now() - begin);
    }
  }
  return spent;
}
