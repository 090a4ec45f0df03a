import { isAgentName, tidyAgentName } from '../../schemas/agent-name.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { allAgents } from '../conversation/all-agents.ts';
import { namedAgent } from '../conversation/named-agent.ts';
import type { Views } from '../conversation/views.ts';

/**
 * The agent of an id, or of a name. Throws ORC_USAGE for what is neither, ORC_AGENT_NOT_FOUND, and
 * ORC_AMBIGUOUS_NAME.
 */
export async function knownAgent(
  views: Views,
  agent: string,
  timeoutMs: number,
): Promise<AgentSummary> {
  if (isAgentId(agent)) {
    return (await views.request('agent', { agentId: agent }, { timeoutMs })).agent;
  }
  if (isAgentName(tidyAgentName(agent))) {
    const named = { name: tidyAgentName(agent) };
    return namedAgent(await allAgents(views, named, { timeoutMs }), agent);
  }
  const what = `${JSON.stringify(agent)} is neither an agent id (agent- and 12 hex digits) nor a name`;
  throw new OrchestratorError('ORC_USAGE', what, { cure: '`orchestrator agents` lists them.' });
}
