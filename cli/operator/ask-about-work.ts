import { knownAgent } from '../../core/operator/known-agent.ts';
import { knownProject } from '../../core/operator/known-project.ts';
import { askProject } from '../../platform/service/projects-client.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ProjectRequest, ProjectVerb } from '../../schemas/project-requests.ts';
import { withSystem } from './operator-context.ts';

/** Whose work an operator asks for, as it was typed. */
export interface AskedWork {
  project?: string | undefined;
  agent?: string | undefined;
  branch?: string | undefined;
}

/** Cloning, merging and pushing take what they take. */
const WORK_MS = 120_000;

/** Asks a spawner about somebody's work in a project. Throws what it is refused with. */
export async function askAboutWork(
  env: Record<string, string | undefined>,
  verb: ProjectVerb,
  { project, agent, branch }: AskedWork,
  { timeoutMs, more = {} }: { timeoutMs: number; more?: Partial<ProjectRequest> },
): Promise<unknown> {
  return withSystem(env, timeoutMs, async ({ views, log, connection }) => {
    const whose = agent === undefined ? undefined : await knownAgent(views, agent, timeoutMs);
    const ref = project ?? whose?.projectId;
    if (ref === undefined) {
      throw new OrchestratorError('ORC_USAGE', 'Name a project, or an agent that works in one', {
        cure: '--project shop, or --agent <agent>; `orchestrator projects` lists them.',
      });
    }
    const { id: projectId } = await knownProject(views, ref, timeoutMs);
    const request = {
      projectId,
      ...(whose && { agentId: whose.agentId }),
      ...(branch !== undefined && { branch }),
      ...more,
      // A turn that has just ended counts.
      atLeast: await log.lastSequence('EVENTS'),
    };
    return askProject(connection.nc, verb, request, Math.max(timeoutMs, WORK_MS));
  });
}
