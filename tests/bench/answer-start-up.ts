import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { startSystem } from '../support/system.ts';
import { Cleanup, median, round } from './measure.ts';

const ORCHESTRATOR = join(import.meta.dirname, '..', '..', 'dist', 'bin', 'orchestrator');

const RUNS = 15;

/** What an agent waits for a call of `orchestrator`, beside what Node itself takes to start. */
export async function answerStartUp(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const system = await startSystem(cleanup);
  const log = await system.log();
  const agentId = newAgentId();
  await createAgent(log, agentId, 'read -r _');
  await untilEvent(log, (event) => event.type === 'process.ready');
  const home = join(system.dataDir, 'agents', agentId);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ORCHESTRATOR_AGENT_ID: agentId,
    ORCHESTRATOR_NATS_URL: (await system.connection()).nc.getServer(),
    ORCHESTRATOR_CREDS: join(home, '.orchestrator', 'agent.creds'),
  };
  const node = median(times(process.execPath, ['-e', '0'], env));
  const version = median(times(ORCHESTRATOR, ['--version'], env));
  const answer = median(times(ORCHESTRATOR, ['answer', 'hello'], env));
  const project = median(times(ORCHESTRATOR, ['project', 'create', '--name', 'x'], env));
  await system.stop();
  return [
    '| command | median of 15, ms | times `node -e 0` |',
    '| --- | --- | --- |',
    `| \`node -e 0\` | ${round(node)} | 1 |`,
    `| \`orchestrator --version\` | ${round(version)} | ${round(version / node, 1)} |`,
    `| \`orchestrator answer hello\`, stored and acknowledged | ${round(answer)} | ${round(answer / node, 1)} |`,
    `| \`orchestrator project create\`, with its result | ${round(project)} | ${round(project / node, 1)} |`,
  ];
}

function times(program: string, args: string[], env: NodeJS.ProcessEnv): number[] {
  return Array.from({ length: RUNS }, () => {
    const begin = performance.now();
    const { status, stderr } = spawnSync(program, args, { env });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
    return performance.now() - begin;
  });
}
