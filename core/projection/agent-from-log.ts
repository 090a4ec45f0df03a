import { agentFilter } from '../../schemas/subjects.ts';
import type { AgentState } from '../domain/agent/agent-state.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { initialSystem } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';

/**
 * An agent as the log has it, also one that was archived since: of all that is read, only its own
 * events. Undefined where nobody created it. Throws as `EventLog.read` does.
 *
 * @param until the last place of EVENTS that counts; its end without
 * @example
 * follower.state.agents.get(agentId) ?? (await agentFromLog(log, agentId, signal));
 */
export async function agentFromLog(
  log: EventLog,
  agentId: string,
  signal?: AbortSignal,
  until?: number,
): Promise<Exclude<AgentState, { phase: 'unknown' }> | undefined> {
  const state = initialSystem();
  const filter = agentFilter(agentId);
  for await (const message of log.read({
    stream: 'EVENTS',
    from: { sequence: 1 },
    filter,
    signal,
    until,
  })) {
    // That it leaves the state is all that this one says.
    if (!message.subject.endsWith('.process.archived')) foldMessage(state, message);
  }
  const agent = state.agents.get(agentId);
  return agent?.phase === 'unknown' ? undefined : agent;
}
