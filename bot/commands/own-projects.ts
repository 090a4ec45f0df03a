import { findProject } from '../../core/domain/project/find-project.ts';
import type { ProjectView } from '../../schemas/views.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';
import { VIEW_TIMEOUT_MS } from './bot-command.ts';

/** Typed in the place of a project's name. */
export const NO_PROJECT = '-';

/** A chat's projects as of now, and which of them its new agents begin in. */
export async function ownProjects(
  { person }: Pick<Recipient, 'person'>,
  { log, views }: Pick<BotParts, 'log' | 'views'>,
): Promise<{ chosen: string | undefined; all: ProjectView[] }> {
  const options = { timeoutMs: VIEW_TIMEOUT_MS };
  // What the person has done just before counts.
  const atLeast = await log.lastSequence('EVENTS');
  const { projectId } = await views.request('user', { ...person, atLeast }, options);
  const all: ProjectView[] = [];
  let after: string | undefined;
  do {
    const wanted = { owner: person, atLeast, ...(after !== undefined && { after }) };
    const { projects, next } = await views.request('projects', wanted, options);
    all.push(...projects);
    after = next;
  } while (after !== undefined);
  return { chosen: projectId, all };
}

/** The one of them that can be worked in, by its id or name as people type it. Pure. */
export function projectOfName(
  name: string,
  all: readonly ProjectView[],
): ReturnType<typeof findProject<ProjectView>> {
  const ready = all.filter(({ phase }) => phase === undefined);
  const exact = findProject(name, ready);
  if (exact.ok) return exact;
  const lower = name.toLowerCase();
  const same = ready.filter((project) => project.name.toLowerCase() === lower);
  const [only] = same;
  return only !== undefined && same.length === 1 ? { ok: true, project: only } : exact;
}
