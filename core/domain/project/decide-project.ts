import type { ErrorCode } from '../../../schemas/errors.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import type { AgentProject } from '../../../schemas/events/project.ts';
import { derivedId } from '../../../schemas/ids.ts';
import { MAX_PROJECTS } from '../../../schemas/limits.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import type { PendingCall } from '../agent/agent-state.ts';
import { samePerson } from '../same-person.ts';
import { findProject } from './find-project.ts';
import { MAX_ALL_PROJECTS, type ProjectState } from './project.ts';

export interface Caller {
  agentId: string;
  owner?: Person;
  /** The project that it works in. */
  project?: AgentProject;
  /** The message whose turn calls. */
  correlationId?: string | undefined;
  traceparent?: string | undefined;
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
  // As the schema of the call has them.
  const { repo, branch } = call.input as { repo?: string; branch?: string };
  const from = { ...(repo !== undefined && { repo }), ...(branch !== undefined && { branch }) };
  const data = { name, agentId, ...(owner && { owner }), ...from };
  const meta = metaOf(`project.created:${projectId}`, call, caller, now);
  const event = newEvent('project.created', { projectId }, data, meta);
  return { ok: true, events: [event], value: { id: projectId, name } };
}

const isOwn = (project: ProjectState, caller: Caller): boolean =>
  caller.owner === undefined
    ? project.agentId === caller.agentId
    : samePerson(project.owner, caller.owner);

/** What an agent gets to see of a project: not where it is on the system’s machine. */
const shown = ({ id, name, createdAt, branch, phase, notes, problem }: ProjectState) => ({
  id,
  name,
  createdAt,
  ...(branch !== undefined && { branch }),
  ...(phase !== undefined && { state: phase }),
  ...(notes && { notes: [...notes] }),
  ...(problem && { problem: `${problem.reason}. ${problem.cure}` }),
});

/** The project that a call names, by id or name, or else the one that its agent works in. */
export function findOwnProject(
  { input }: Pick<PendingCall, 'input'>,
  caller: Caller,
  projects: ReadonlyMap<string, ProjectState>,
): ReturnType<typeof findProject<ProjectState>> {
  const ref = input.project ?? caller.project?.id;
  if (ref === undefined) {
    const message = 'This agent works in no project: name one';
    return { ok: false, code: 'ORC_PROJECT_NOT_FOUND', message };
  }
  const isVisible = (project: ProjectState) =>
    isOwn(project, caller) || project.id === caller.project?.id;
  return findProject(String(ref), [...projects.values()].filter(isVisible));
}

/** New agents of the caller’s user begin in this project. */
export function decideUseProject(
  call: PendingCall,
  caller: Caller,
  projects: ReadonlyMap<string, ProjectState>,
  now: Date,
): ToolOutcome {
  const own = findOwnProject(call, caller, projects);
  if (!own.ok) return own;
  if (caller.owner === undefined) {
    const message = 'This agent is nobody’s: there is no user whose project it could be';
    return { ok: false, code: 'ORC_BAD_INPUT', message };
  }
  const { id, name } = own.project;
  const meta = metaOf(`user.project-chosen:${call.callId}:${call.sequence}`, call, caller, now);
  const event = newEvent('user.project-chosen', caller.owner, { projectId: id }, meta);
  return { ok: true, events: [event], value: { id, name } };
}

export function decideArchiveProject(
  call: PendingCall,
  caller: Caller,
  projects: ReadonlyMap<string, ProjectState>,
  now: Date,
): ToolOutcome {
  const own = findOwnProject(call, caller, projects);
  if (!own.ok) return own;
  const { id, name } = own.project;
  const by = caller.owner && { by: caller.owner };
  const meta = metaOf(`project.archived:${id}`, call, caller, now);
  const event = newEvent('project.archived', { projectId: id }, { ...by }, meta);
  return { ok: true, events: [event], value: { id, name, state: 'archived' } };
}

const metaOf = (id: string, { callId }: PendingCall, caller: Caller, now: Date) => ({
  id,
  source: 'orchestrator/tools',
  now,
  correlationId: caller.correlationId,
  causationId: callId,
});

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
  const own = [...projects.values()].filter(
    (project) => isOwn(project, caller) && (project.phase !== 'archived' || project.id === after),
  );
  const last = own.findIndex(({ id }) => id === after);
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
