import type { ErrorCode } from '../../../schemas/errors.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import { derivedId } from '../../../schemas/ids.ts';
import { MAX_PROJECTS } from '../../../schemas/limits.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import type { PendingCall } from '../agent/agent-state.ts';
import { MAX_ALL_PROJECTS, type ProjectState } from './project.ts';

export interface Caller {
  agentId: string;
  owner?: Person;
  /** The message whose turn calls. */
  correlationId?: string | undefined;
}

/** What a tool call comes to: events to append, and what the agent is told. */
export type ToolOutcome =
  | { ok: true; events: NewEvent[]; value: Record<string, unknown> | Record<string, unknown>[] }
  | { ok: false; code: ErrorCode; message: string };

/** What may be made. */
export interface ProjectQuota {
  projects: ReadonlyMap<string, ProjectState>;
  /** Projects of one person, or of an agent that is nobody's. */
  most: number;
}

/** `project create`: the id is derived from the call, so a call that is handled twice is one project. */
export function decideCreateProject(
  call: PendingCall,
  caller: Caller,
  { projects, most }: ProjectQuota,
  now: Date,
): ToolOutcome {
  if (projects.size >= MAX_ALL_PROJECTS) {
    return tooMany(`There are ${projects.size} projects, which is as many as may be`);
  }
  let own = 0;
  for (const project of projects.values()) if (isOwn(project, caller)) own += 1;
  if (own >= most) {
    return tooMany(`There are ${most} projects of this person already, which is as many as may be`);
  }
  const name = String(call.input.name);
  const projectId = derivedId('proj_', call.callId, String(call.sequence));
  const { agentId, owner } = caller;
  const data = { name, agentId, ...(owner && { owner }) };
  const event = newEvent('project.created', { projectId }, data, {
    id: `project.created:${projectId}`,
    source: 'orchestrator/tools',
    now,
    correlationId: caller.correlationId,
    causationId: call.callId,
  });
  return { ok: true, events: [event], value: { id: projectId, name } };
}

const isOwn = (project: ProjectState, caller: Caller): boolean =>
  caller.owner === undefined
    ? project.agentId === caller.agentId
    : project.owner?.channel === caller.owner.channel &&
      project.owner.userId === caller.owner.userId;

const shown = ({ id, name, createdAt }: ProjectState) => ({ id, name, createdAt });

/** Another person's project is as good as none. */
export function answerGetProject(
  call: PendingCall,
  caller: Caller,
  projects: ReadonlyMap<string, ProjectState>,
): ToolOutcome {
  const projectId = String(call.input.projectId);
  const project = projects.get(projectId);
  if (project === undefined || !isOwn(project, caller)) {
    return noProject(projectId);
  }
  return { ok: true, events: [], value: shown(project) };
}

/** A page of them, the oldest first: those behind `after`, where the call names one. */
export function answerListProjects(
  call: PendingCall,
  caller: Caller,
  projects: ReadonlyMap<string, ProjectState>,
): ToolOutcome {
  const { after, limit = MAX_PROJECTS } = call.input;
  const own = [...projects.values()].filter((project) => isOwn(project, caller));
  const last = after === undefined ? -1 : own.findIndex(({ id }) => id === after);
  if (after !== undefined && last < 0) return noProject(String(after));
  const page = own.slice(last + 1, last + 1 + Math.min(Number(limit), MAX_PROJECTS));
  return { ok: true, events: [], value: page.map(shown) };
}

const tooMany = (message: string): ToolOutcome => ({ ok: false, code: 'ORC_QUOTA', message });

const noProject = (projectId: string): ToolOutcome => ({
  ok: false,
  code: 'ORC_PROJECT_NOT_FOUND',
  message: `There is no project ${projectId}`,
});
