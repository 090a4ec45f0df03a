import { OrchestratorError } from '../../schemas/errors.ts';
import type { ForkMemory } from '../domain/agent/run/run-events.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';
import type { Forked } from './fork-agent.ts';

/**
 * What a fork knows by, as the start of its first run states; undefined where it did not begin within that time, where it never
 * will, and where a spawner of an older version started it.
 */
export async function forkMemory(
  log: EventLog,
  { agentId, sequence }: Pick<Forked, 'agentId' | 'sequence'>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ForkMemory | undefined> {
  const what = `the start of ${agentId}`;
  const wanted = { of: { agentId }, from: sequence, timeoutMs, what, signal };
  try {
    const { memory } = await awaitEvent(log, wanted, (event) => {
      if (event.type === 'process.starting') return { memory: event.data.memory };
      return event.type === 'process.start-failed' ? { memory: undefined } : undefined;
    });
    return memory;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === 'ORC_TIMED_OUT') return undefined;
    throw error;
  }
}
