import type { EventLog } from '../../core/log/event-log.ts';
import { newEvent } from '../../schemas/new-event.ts';

/** States that an agent, which was created, ran, ended by itself and was archived. Resolves with the last sequence. */
export async function archiveAgent(log: EventLog, agentId: string): Promise<number> {
  const now = new Date();
  const endedAt = now.toISOString();
  const meta = (id: string) => ({ id: `${id}:${agentId}`, source: 'orchestrator/test', now });
  const run = { runId: 'run-1', node: 'node', epoch: 1, runtime: 'local', expiresAt: endedAt };
  const end = { runId: 'run-1', code: 0, signal: null };
  const result = await log.append([
    newEvent('process.starting', { agentId }, run, meta('starting')),
    newEvent('process.exited', { agentId }, end, meta('exited')),
    newEvent('process.archived', { agentId }, { endedAt }, meta('archived')),
  ]);
  if (!result.ok) throw new Error(`not appended: ${result.error}`);
  return result.sequence;
}
