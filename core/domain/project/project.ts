import type { StoredEvent } from '../../../schemas/event.ts';
import type { Person } from '../../../schemas/events/parts.ts';

export interface ProjectState {
  id: string;
  name: string;
  agentId: string;
  owner?: Person;
  createdAt: string;
}

/** So many of all people are kept in mind. No more are made; where all the same more are, the oldest leaves. */
export const MAX_ALL_PROJECTS = 100_000;

/** Pure and total: a project that exists stays as it was created. */
export function evolveProject(
  state: ProjectState | undefined,
  projectId: string,
  event: StoredEvent,
): ProjectState | undefined {
  if (state !== undefined || event.type !== 'project.created') return state;
  const { name, agentId, owner } = event.data;
  return { id: projectId, name, agentId, ...(owner && { owner }), createdAt: event.time };
}
