import type { ViewResponse } from '../../schemas/views.ts';
import type { Views } from '../conversation/views.ts';

type Project = ViewResponse<'projects'>['projects'][number];

/** Every project, asked for page by page, in the order in which they came. None leaves the state. */
export async function allProjects(views: Views, timeoutMs: number): Promise<Project[]> {
  const found: Project[] = [];
  let after: string | undefined;
  do {
    const { projects, next } = await views.request('projects', { after }, { timeoutMs });
    found.push(...projects);
    after = next;
  } while (after !== undefined);
  return found;
}
