import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
const WATCHED_MS = 2_000;

/** `orchestrator logs --follow` of an agent for a moment, as an operator does it who then has seen enough. */
export async function followOutput(agentId: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'logs', '--follow', agentId], {
    env,
    stdio: 'ignore',
  });
  setTimeout(() => child.kill('SIGINT'), WATCHED_MS);
  await once(child satisfies ChildProcess, 'exit');
}
