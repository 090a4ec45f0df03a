import { AgentExecutor, type AgentExecutorOptions } from './agent-executor.ts';
import { CommandExecutor, type CommandExecutorOptions } from './command-executor.ts';
import type { Executor } from './executor.ts';
import { HttpExecutor } from './http-executor.ts';
import { NatsExecutor } from './nats-executor.ts';

/** How jobs are run, by the kind of their tool's executor. */
export function jobExecutors(
  options: CommandExecutorOptions & AgentExecutorOptions,
): ReadonlyMap<string, Executor> {
  const programs = new CommandExecutor(options);
  return new Map<string, Executor>([
    ['command', programs],
    ['ssh', programs],
    ['agent', new AgentExecutor(options)],
    ['http', new HttpExecutor(options)],
    ['nats', new NatsExecutor(options)],
  ]);
}
