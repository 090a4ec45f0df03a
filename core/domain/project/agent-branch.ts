import type { AgentProject } from '../../../schemas/events/project.ts';

/** The branch that an agent works on; undefined where it works in the project's own folder. */
export const branchName = (agentId: string, project: AgentProject): string | undefined =>
  project.inPlace ? undefined : (project.branch ?? `orchestrator/${agentId}`);
