import type { ErrorCode } from '../../../schemas/errors.ts';
import type { ProjectState } from './project.ts';

type Named = Pick<ProjectState, 'id' | 'name'> & { phase?: string | undefined };

/**
 * The project of an id, or of a name, among those that somebody may see. Of several of one name those
 * that are archived do not count. Pure.
 */
export function findProject<P extends Named>(
  ref: string,
  visible: Iterable<P>,
): { ok: true; project: P } | { ok: false; code: ErrorCode; message: string } {
  const all = [...visible];
  const byId = all.find(({ id }) => id === ref);
  if (byId !== undefined) return { ok: true, project: byId };
  const named = all.filter(({ name, phase }) => name === ref && phase !== 'archived');
  const [project, ...others] = named;
  if (project === undefined) {
    return { ok: false, code: 'ORC_PROJECT_NOT_FOUND', message: `There is no project ${ref}` };
  }
  if (others.length === 0) return { ok: true, project };
  const ids = named.map(({ id }) => id).join(', ');
  const message = `There are several projects ${JSON.stringify(ref)}: ${ids}; name one by its id`;
  return { ok: false, code: 'ORC_BAD_INPUT', message };
}
