import type { ViewsClient } from '../../platform/service/views-client.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';
import type { AgentSummary } from '../../schemas/views.ts';

/** Throws ORC_USAGE for what is no agent id. */
export function requireAgentId(agentId: string): string {
  if (isAgentId(agentId)) return agentId;
  const what = `${JSON.stringify(agentId)} is not an agent id (agent- and 12 hex digits)`;
  throw new OrchestratorError('ORC_USAGE', what, { cure: '`orchestrator agents` lists them.' });
}

/** The agent of an id. Throws ORC_USAGE and ORC_AGENT_NOT_FOUND. */
export async function knownAgent(
  views: ViewsClient,
  agentId: string,
  timeoutMs: number,
): Promise<AgentSummary> {
  const request = { agentId: requireAgentId(agentId) };
  return (await views.request('agent', request, { timeoutMs })).agent;
}
