import type { SystemState } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { agentFromLog } from '../../core/projection/agent-from-log.ts';

/** The state with an agent that it has no more in mind: one that was archived is read from the log. */
export async function withArchived(
  state: SystemState,
  agentId: string,
  log: EventLog,
): Promise<SystemState> {
  const known = state.agents.get(agentId);
  if (known !== undefined && known.phase !== 'unknown') return state;
  const agent = await agentFromLog(log, agentId);
  return agent === undefined ? state : { ...state, agents: new Map([[agentId, agent]]) };
}
