import { type AskedWork, WORK_MS, workRequest } from '../../core/operator/work-request.ts';
import { askProject } from '../../platform/service/projects-client.ts';
import type { ProjectRequest, ProjectVerb } from '../../schemas/project-requests.ts';
import { withSystem } from './operator-context.ts';

/** Asks a spawner about somebody's work in a project. Throws what it is refused with. */
export async function askAboutWork(
  env: Record<string, string | undefined>,
  verb: ProjectVerb,
  asked: AskedWork,
  { timeoutMs, more = {} }: { timeoutMs: number; more?: Partial<ProjectRequest> },
): Promise<unknown> {
  return withSystem(env, timeoutMs, async ({ views, log, connection }) => {
    const request = await workRequest(asked, more, { log, views, timeoutMs });
    return askProject(connection.nc, verb, request, Math.max(timeoutMs, WORK_MS));
  });
}
