import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';

/** Who calls, and how the log is reached: what the spawner put into an agent's environment. */
export interface AgentContext {
  agentId: string;
  url: string;
  credentials: { file: string } | undefined;
  allowedTools: readonly string[] | undefined;
}

type Environment = Record<string, string | undefined>;

/** Reads it without zod: an agent waits for this. Throws ORC_AGENT_ID and ORC_NOT_REACHABLE. */
export function agentContext(environment: Environment): AgentContext {
  const agentId = environment.ORCHESTRATOR_AGENT_ID ?? '';
  if (agentId === '') {
    throw new OrchestratorError('ORC_AGENT_ID', 'ORCHESTRATOR_AGENT_ID is not set');
  }
  if (!isAgentId(agentId)) {
    const what = `ORCHESTRATOR_AGENT_ID=${JSON.stringify(agentId)} is not an agent id`;
    throw new OrchestratorError('ORC_AGENT_ID', what);
  }
  const url = environment.ORCHESTRATOR_NATS_URL ?? '';
  if (url === '') {
    throw new OrchestratorError('ORC_NOT_REACHABLE', 'ORCHESTRATOR_NATS_URL is not set', {
      cure: 'Run this command inside an agent, whose environment has it.',
    });
  }
  const file = environment.ORCHESTRATOR_CREDS ?? '';
  const tools = environment.ORCHESTRATOR_ALLOWED_TOOLS ?? '';
  return {
    agentId,
    url,
    credentials: file === '' ? undefined : { file },
    allowedTools: tools === '' ? undefined : tools.split(',').map((name) => name.trim()),
  };
}

/** A courtesy to the agent; the broker and the spawner are the boundary. */
export function requireTool({ allowedTools }: AgentContext, tool: string): void {
  if (allowedTools && !allowedTools.includes(tool)) {
    const what = `This agent may not use ${JSON.stringify(tool)}`;
    throw new OrchestratorError('ORC_TOOL_NOT_ALLOWED', what);
  }
}
