import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import { type AgentState, isAwaited, unknownAgent, waiting } from './agent/agent-state.ts';
import { withControl } from './agent/command/evolve-command.ts';
import { evolveAgent } from './agent/evolve-agent.ts';
import { type ArchivedAgent, MAX_ARCHIVED, summaryOf } from './archived-agent.ts';
import type { ProjectState } from './project/project.ts';

/** What of the whole state is about agents. */
export interface Agents {
  /** Those that are not archived, and ids that nobody created while a command waits for its outcome. */
  agents: Map<string, AgentState>;
  /** By agent: the last sequence on `agents.<id>.process.*`, which an owner's append expects. */
  fences: Map<string, number>;
  /** The last that were archived, the newest last. */
  archived: Map<string, ArchivedAgent>;
  /** How many were archived beside these. */
  forgotten: number;
  /** Of whoever; those of an agent that is nobody's leave with it. */
  projects: Map<string, ProjectState>;
}

/**
 * Folds one event of an agent. What nobody waits for any more leaves the state: an agent that is
 * archived, and an id that nobody created once its commands have their outcomes
 * (docs/decisions/0088-ended-agents-leave-the-state.md).
 */
export function foldAgentEvent(state: Agents, agentId: string, event: StoredEvent): void {
  const agent = state.agents.get(agentId) ?? unknownAgent(agentId);
  state.agents.set(agentId, agentAfter(state, agent, event));
  if (event.type.startsWith('process.')) state.fences.set(agentId, event.sequence);
  forgetSettled(state, agentId);
}

/** An id without an agent, for which nobody waits, is as good as one that was never named. */
function forgetSettled({ agents, fences }: Agents, agentId: string): void {
  const agent = agents.get(agentId);
  if (agent !== undefined && (agent.phase !== 'unknown' || isAwaited(agent))) return;
  agents.delete(agentId);
  fences.delete(agentId);
}

function agentAfter(state: Agents, agent: AgentState, event: StoredEvent): AgentState {
  switch (event.type) {
    case 'process.archived':
      return onArchived(state, agent, event);
    case 'process.resumed':
      if (agent.phase === 'unknown') recall(state, agent.agentId);
      return evolveAgent(agent, event);
    case 'process.deleted':
      if (agent.phase === 'unknown') forget(state, agent.agentId);
      return evolveAgent(agent, event);
    case 'command.create':
      // Its id is taken, however long ago; an older one its spawner looks up in the log.
      if (state.archived.has(agent.agentId)) {
        return withControl(agent, { commandId: event.id, name: 'create' }, event);
      }
      return evolveAgent(agent, event);
    default:
      return evolveAgent(agent, event);
  }
}

/** What came for it meanwhile still gets its outcome. */
function onArchived(
  state: Agents,
  agent: AgentState,
  { data }: StoredEventOf<'process.archived'>,
): AgentState {
  if (agent.phase !== 'ended' || agent.endedAt !== data.endedAt) return agent;
  const { agentId } = agent;
  if (agent.owner === undefined) forgetProjects(state, agentId);
  if (agent.deleted) state.forgotten += 1;
  else remember(state, agentId, summaryOf(agent));
  return { ...unknownAgent(agentId), ...waiting(agent) };
}

/** Nobody else can ask for them. */
function forgetProjects({ projects }: Agents, agentId: string): void {
  for (const [projectId, project] of projects) {
    if (project.agentId === agentId && project.owner === undefined) projects.delete(projectId);
  }
}

/** The last of all; the first makes room for it. */
function remember(state: Agents, agentId: string, summary: ArchivedAgent): void {
  state.archived.set(agentId, summary);
  const [oldest] = state.archived.keys();
  if (state.archived.size > MAX_ARCHIVED && oldest !== undefined) forget(state, oldest);
}

function forget(state: Agents, agentId: string): void {
  if (state.archived.delete(agentId)) state.forgotten += 1;
}

/** It is in the state again. */
function recall(state: Agents, agentId: string): void {
  if (!state.archived.delete(agentId) && state.forgotten > 0) state.forgotten -= 1;
}
