import type { StoredEvent } from '../../../schemas/event.ts';
import type { Person } from '../../../schemas/events/parts.ts';

export interface ProjectState {
  id: string;
  name: string;
  /** The agent that created it. */
  agentId?: string;
  owner?: Person;
  createdAt: string;
  /** Absent while it is not archived. */
  archivedAt?: string;
  /** Where its repository is from; absent for one that began empty. */
  repo?: string;
  branch?: string;
  /** Absent where it can be worked in. */
  phase?: 'fetching' | 'failed' | 'archived';
  /** What of its repository is not taken over. */
  notes?: readonly string[];
  /** Why there is no repository. */
  problem?: { code: string; reason: string; cure: string };
}

/** So many of all people are kept in mind. No more are made; where all the same more are, the oldest leaves. */
export const MAX_ALL_PROJECTS = 100_000;

/** Pure and total: what was created stays as it was; what an earlier version created is empty and ready. */
export function evolveProject(
  state: ProjectState | undefined,
  projectId: string,
  event: StoredEvent,
): ProjectState | undefined {
  if (event.type === 'project.created') {
    if (state !== undefined) return state;
    const { name, agentId, owner, repo, branch } = event.data;
    return {
      id: projectId,
      name,
      ...(agentId !== undefined && { agentId }),
      ...(owner && { owner }),
      createdAt: event.time,
      ...(repo !== undefined && { repo, phase: 'fetching' as const }),
      ...(branch !== undefined && { branch }),
    };
  }
  return state && evolveKnown(state, event);
}

function evolveKnown(state: ProjectState, event: StoredEvent): ProjectState {
  switch (event.type) {
    case 'project.ready': {
      if (state.phase !== 'fetching') return state;
      const { phase: _phase, ...rest } = state;
      const { branch, notes } = event.data;
      return { ...rest, branch, ...(notes && { notes }) };
    }
    case 'project.failed':
      if (state.phase !== 'fetching') return state;
      return { ...state, phase: 'failed', problem: event.data };
    case 'project.archived':
      return { ...state, phase: 'archived', archivedAt: state.archivedAt ?? event.time };
    default:
      return state;
  }
}

/** The branch that work begins from where nobody has named one. */
export const DEFAULT_BRANCH = 'main';

export const branchOf = (project: ProjectState): string => project.branch ?? DEFAULT_BRANCH;
