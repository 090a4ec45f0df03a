import { spawn } from 'node:child_process';
import type { AgentFactory } from '../agents/agent-factory.ts';

export type ReadinessProbe = ReturnType<AgentFactory['readinessProbe']>;

/** One that the spawner runs itself. */
export type OwnProbe = Exclude<ReadinessProbe, { wait: 'signal' }>;

/** Resolves when messages may be written: undefined, or what is wrong in words. */
export async function untilReady(
  probe: OwnProbe,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (probe.wait === 'process') return undefined;
  const [program = '', ...rest] = probe.command;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const child = spawn(program, rest, { stdio: 'ignore', signal });
  child.once('error', (error) => resolve(`${program}: ${error.message}`));
  child.once('exit', (code) =>
    resolve(code === 0 ? undefined : `${probe.command.join(' ')} ended with code ${code}`),
  );
  return promise;
}
