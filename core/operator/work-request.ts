import { OrchestratorError } from '../../schemas/errors.ts';
import type { ProjectRequest } from '../../schemas/project-requests.ts';
import type { Views } from '../conversation/views.ts';
import type { EventLog } from '../log/event-log.ts';
import { knownAgent } from './known-agent.ts';
import { knownProject } from './known-project.ts';

/** Cloning, merging and pushing take what they take; milliseconds. */
export const WORK_MS = 120_000;

/** Whose work an operator asks for, as it was typed. */
export interface AskedWork {
  project?: string | undefined;
  agent?: string | undefined;
  branch?: string | undefined;
}

/**
 * What a spawner is asked about somebody's work in a project. Throws ORC_USAGE where neither names one, and
 * as {@link knownAgent} and {@link knownProject} do.
 */
export async function workRequest(
  { project, agent, branch }: AskedWork,
  more: Partial<ProjectRequest>,
  { log, views, timeoutMs }: { log: EventLog; views: Views; timeoutMs: number },
): Promise<ProjectRequest> {
  const whose = agent === undefined ? undefined : await knownAgent(views, agent, timeoutMs);
  const ref = project ?? whose?.projectId;
  if (ref === undefined) {
    throw new OrchestratorError('ORC_USAGE', 'Name a project, or an agent that works in one', {
      cure: '--project shop, or --agent <agent>; `orchestrator projects` lists them.',
    });
  }
  const { id: projectId } = await knownProject(views, ref, timeoutMs);
  return {
    projectId,
    ...(whose && { agentId: whose.agentId }),
    ...(branch !== undefined && { branch }),
    ...more,
    // A turn that has just ended counts.
    atLeast: await log.lastSequence('EVENTS'),
  };
}
