import { OrchestratorError } from '../../schemas/errors.ts';
import type { ProjectView } from '../../schemas/views.ts';
import type { Views } from '../conversation/views.ts';
import { findProject } from '../domain/project/find-project.ts';
import { allProjects } from './all-projects.ts';

/** The project of an id, or of a name. Throws ORC_PROJECT_NOT_FOUND, and ORC_BAD_INPUT for several. */
export async function knownProject(
  views: Views,
  ref: string,
  timeoutMs: number,
): Promise<ProjectView> {
  const found = findProject(ref, await allProjects(views, timeoutMs));
  if (found.ok) return found.project;
  throw new OrchestratorError(found.code, found.message, {
    ...(found.code === 'ORC_PROJECT_NOT_FOUND' && { cure: '`orchestrator projects` lists them.' }),
  });
}
