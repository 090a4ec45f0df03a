import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';
import { namedAgent } from '../conversation/named-agent.ts';
import { findProject } from '../domain/project/find-project.ts';
import type { SystemState } from '../domain/system-state.ts';
import { systemViews } from './system-views.ts';

/** One thing of a state. */
export interface PartOfState {
  kind: PartKind;
  /** By which the state has it: an id, or `<channel>/<user id>`. */
  id: string;
  /** As it was folded. */
  state: object;
}

export type PartKind = 'agent' | 'user' | 'project' | 'job';

/**
 * What somebody means by an id, a name, or `<channel>/<user id>`, as of a state. An agent goes before a project of
 * the same name. Pure. Throws ORC_AGENT_NOT_FOUND, ORC_AMBIGUOUS_NAME, ORC_JOB_NOT_FOUND, ORC_PROJECT_NOT_FOUND
 * and ORC_BAD_INPUT.
 */
export function partOfState(state: SystemState, text: string): PartOfState {
  const user = state.users.get(text);
  if (user !== undefined) return { kind: 'user', id: text, state: user };
  const job = state.jobs.get(text);
  if (job !== undefined) return { kind: 'job', id: text, state: job };
  return agentPart(state, text) ?? projectPart(state, text);
}

/** Undefined where only a project can be meant. */
function agentPart(state: SystemState, text: string): PartOfState | undefined {
  const known = systemViews.agents(state, { name: text }).agents;
  if (known.length === 0 && !isAgentId(text)) return undefined;
  const id = isAgentId(text) ? text : namedAgent(known, text).agentId;
  const agent = state.agents.get(id);
  if (agent === undefined || agent.phase === 'unknown') {
    const what = `There was no agent ${id} as of event ${state.sequence}`;
    throw new OrchestratorError('ORC_AGENT_NOT_FOUND', what);
  }
  return { kind: 'agent', id, state: agent };
}

function projectPart(state: SystemState, text: string): PartOfState {
  const found = findProject(text, state.projects.values());
  if (found.ok) return { kind: 'project', id: found.project.id, state: found.project };
  const what = `${JSON.stringify(text)} was no agent, person, project or job as of event ${state.sequence}`;
  const isNone = found.code === 'ORC_PROJECT_NOT_FOUND';
  throw new OrchestratorError(
    isNone ? 'ORC_NOT_IN_STATE' : found.code,
    isNone ? what : found.message,
  );
}
