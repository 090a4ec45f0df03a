import type { JobShown, ViewRequest } from '../../schemas/views.ts';
import type { Views } from './views.ts';

/** The jobs that are wanted and still in the state, asked for page by page. */
export async function allJobs(
  views: Pick<Views, 'request'>,
  wanted: Omit<ViewRequest<'jobs'>, 'after' | 'limit'>,
  options: { timeoutMs: number },
): Promise<JobShown[]> {
  const found: JobShown[] = [];
  let after: string | undefined;
  do {
    const { jobs, next } = await views.request('jobs', { ...wanted, after }, options);
    found.push(...jobs);
    after = next;
  } while (after !== undefined);
  return found;
}
