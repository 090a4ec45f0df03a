import { type AgentState, isLive, type PendingCall } from '../../core/domain/agent/agent-state.ts';
import { branchName } from '../../core/domain/project/agent-branch.ts';
import type { Caller, ToolOutcome } from '../../core/domain/project/decide-project.ts';
import { branchOf, type ProjectState } from '../../core/domain/project/project.ts';
import { asOrchestratorError, OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { newEvent } from '../../schemas/new-event.ts';
import type { GitIdentity } from './agent-clone.ts';
import type { MergeOutcome, ProjectWork, WorkOf } from './project-work.ts';

export interface ProjectToolsOptions {
  work: ProjectWork;
  agent: (agentId: string) => AgentState | undefined;
  identity: (owner: Person | undefined) => GitIdentity;
}

/** What is asked of a project; by an agent, by an operator, or in a chat. */
export interface ProjectQuestion {
  verb: string;
  /** Whose work; without, that of the branch. */
  agentId?: string | undefined;
  branch?: string | undefined;
  turn?: 'last' | 'all' | undefined;
  /** The snapshot of the turn that is meant. */
  snapshot?: string | undefined;
  limit?: number | undefined;
  /** Where a push goes. */
  to?: string | undefined;
  /** Whom a merge commit is by. */
  owner?: Person | undefined;
}

export interface ProjectAnswer {
  value: Record<string, unknown> | Record<string, unknown>[];
  events: NewEvent[];
}

const LOG_LIMIT = 20;

/** Questions about the work in projects, and what is done with it. */
export class ProjectTools {
  readonly #options: ProjectToolsOptions;

  constructor(options: ProjectToolsOptions) {
    this.#options = options;
  }

  /** A tool call of an agent: about its own work where it names no branch. */
  async call(
    { verb, input, callId }: PendingCall,
    { agentId, owner, correlationId }: Caller,
    project: ProjectState,
    now: Date,
  ): Promise<ToolOutcome> {
    // As the schema of the call has them.
    const question = { ...input, verb, agentId, owner } as ProjectQuestion;
    const cause = { correlationId, causationId: callId };
    try {
      return { ok: true, ...(await this.answer(project, question, { now, ...cause })) };
    } catch (error) {
      const { code, message } = asOrchestratorError(error);
      return { ok: false, code, message };
    }
  }

  /** Throws what there is to tell whoever asks. */
  async answer(
    project: ProjectState,
    question: ProjectQuestion,
    meta: { now: Date; correlationId?: string | undefined; causationId?: string | undefined },
  ): Promise<ProjectAnswer> {
    const { work, identity } = this.#options;
    const stated = (events: NewEvent[], value: ProjectAnswer['value']) => ({ value, events });
    switch (question.verb) {
      case 'diff':
        return stated([], await this.#diff(project, question));
      case 'log': {
        const branch = question.branch ?? this.#ownBranch(project, question);
        return stated([], await work.log(project, branch, question.limit ?? LOG_LIMIT));
      }
      case 'merge': {
        const by = identity(question.owner ?? project.owner);
        const merged = await work.merge(project, this.#branch(project, question), by, meta.now);
        return stated(mergedEvents(project, merged, meta), { ...merged });
      }
      case 'export':
        return stated([], { patch: await work.patch(project, this.#branch(project, question)) });
      case 'push': {
        const branch = this.#branch(project, question);
        const to = question.to ?? branch;
        const { commit } = await work.push(project, branch, to);
        const id = `project.pushed:${project.id}:${commit}:${to}`;
        const data = { branch, to, commit };
        const whose = { projectId: project.id };
        const event = newEvent('project.pushed', whose, data, { id, source: SOURCE, ...meta });
        return stated([event], data);
      }
      default:
        throw new OrchestratorError('ORC_NO_SUCH_TOOL', `There is no project ${question.verb}`);
    }
  }

  async #diff(project: ProjectState, question: ProjectQuestion) {
    const { work } = this.#options;
    if (question.snapshot !== undefined) return work.snapshotDiff(project, question.snapshot);
    if (question.branch !== undefined) return work.branchDiff(project, question.branch);
    return work.diff(project, this.#workOf(project, question), question.turn ?? 'all');
  }

  #branch(project: ProjectState, question: ProjectQuestion): string {
    const branch = question.branch ?? this.#ownBranch(project, question);
    if (branch !== undefined) return branch;
    throw new OrchestratorError(
      'ORC_BAD_INPUT',
      'Name the agent or the branch whose work is meant',
    );
  }

  #ownBranch(project: ProjectState, { agentId }: ProjectQuestion): string | undefined {
    const agent = agentId === undefined ? undefined : this.#options.agent(agentId);
    if (agent === undefined || agent.phase === 'unknown') return undefined;
    if (agent.project?.id !== project.id) return undefined;
    return branchName(agent.agentId, agent.project) ?? branchOf(project);
  }

  #workOf(project: ProjectState, { agentId }: ProjectQuestion): WorkOf {
    const agent = agentId === undefined ? undefined : this.#options.agent(agentId);
    if (agent === undefined || agent.phase === 'unknown' || agent.project?.id !== project.id) {
      throw new OrchestratorError('ORC_NO_CHANGES', 'This agent does not work in the project');
    }
    const snapshots = isLive(agent) ? agent.snapshots : undefined;
    const [last, before] = (snapshots ?? []).toReversed();
    return {
      agentId: agent.agentId,
      branch: branchName(agent.agentId, agent.project),
      last: last?.commit,
      before: before?.commit,
    };
  }
}

const SOURCE = 'orchestrator/projects';

function mergedEvents(
  project: ProjectState,
  { how, ...merged }: MergeOutcome,
  meta: { now: Date },
): NewEvent[] {
  if (how === 'nothing') return [];
  const id = `project.merged:${project.id}:${merged.commit}`;
  const whose = { projectId: project.id };
  return [newEvent('project.merged', whose, { ...merged, how }, { id, source: SOURCE, ...meta })];
}
