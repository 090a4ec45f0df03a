import type { ErrorCode } from '../../../schemas/errors.ts';
import {
  type AgentState,
  correlationOf,
  isLive,
  type PendingCall,
  traceparentOf,
} from '../agent/agent-state.ts';
import { type AllowedTools, allowedTools } from '../agent/allowed-tools.ts';
import {
  answerGetJob,
  answerListJobs,
  cancelJob,
  type JobToolCaller,
} from '../job/decide-job-call.ts';
import type { JobState } from '../job/job-state.ts';
import {
  answerGetProject,
  answerListProjects,
  decideArchiveProject,
  decideCreateProject,
  decideUseProject,
  type ToolOutcome,
} from '../project/decide-project.ts';
import type { ProjectState } from '../project/project.ts';

/** What a call is decided on beside its agent. */
export interface CallContext {
  now: Date;
  /** Projects that one person may have. */
  maxProjects: number;
  /** The job that the call names, wherever it is kept. */
  job: JobState | undefined;
}

/** Of the whole state, what calls ask for. */
export interface CallSystem {
  projects: ReadonlyMap<string, ProjectState>;
  jobs: ReadonlyMap<string, JobState>;
}

type DecideCall = (
  call: PendingCall,
  caller: JobToolCaller,
  system: CallSystem,
  context: CallContext,
) => ToolOutcome;

/** Calls that are decided on the state alone, by tool and verb. */
export const DECIDED_CALLS: Readonly<Record<string, DecideCall>> = {
  'project.create': (call, caller, { projects }, { now, maxProjects }) =>
    decideCreateProject(call, caller, { projects, most: maxProjects }, now),
  'project.get': (call, caller, { projects }) => answerGetProject(call, caller, projects),
  'project.list': (call, caller, { projects }) => answerListProjects(call, caller, projects),
  'project.use': (call, caller, { projects }, { now }) =>
    decideUseProject(call, caller, projects, now),
  'project.archive': (call, caller, { projects }, { now }) =>
    decideArchiveProject(call, caller, projects, now),
  'job.get': ({ input }, caller, _system, { job }) =>
    answerGetJob(caller, String(input.jobId), job),
  'job.list': (_call, caller, { jobs }) => answerListJobs(caller, jobs),
  'job.cancel': (call, caller, _system, { job, now }) =>
    cancelJob(call, caller, String(call.input.jobId), job, now),
};

export interface RefusedCall {
  ok: false;
  code: ErrorCode;
  message: string;
}

/** Why nothing of a call is done, whatever it asks for; of an agent that has ended nothing is. */
export function refusedForAgent(call: PendingCall, agent: AgentState): RefusedCall | undefined {
  if (call.refused) return { ok: false, ...call.refused };
  if (agent.phase === 'unknown' || agent.phase === 'ended') {
    return { ok: false, code: 'ORC_AGENT_ENDED', message: 'The agent ended before this was done' };
  }
  return undefined;
}

/** The tool is there, but not for this agent. */
export function notAllowed(
  { tool }: PendingCall,
  agent: AgentState,
  ofSystem: AllowedTools,
): RefusedCall | undefined {
  const allowed = allowedTools(
    ofSystem,
    agent.phase === 'unknown' ? undefined : agent.allowedTools,
  );
  if (allowed === undefined || allowed.includes(tool)) return undefined;
  return { ok: false, code: 'ORC_TOOL_NOT_ALLOWED', message: `This agent may not use ${tool}` };
}

/** Who calls, and in which turn. */
export function callerOf(agent: AgentState): JobToolCaller {
  const { agentId } = agent;
  if (agent.phase === 'unknown') return { agentId };
  const { owner, project } = agent;
  return {
    agentId,
    ...(owner && { owner }),
    ...(project && { project }),
    correlationId: correlationOf(agent),
    traceparent: traceparentOf(agent),
    turnId: isLive(agent) ? agent.turn?.turnId : undefined,
    depth: agent.ordered?.depth,
  };
}
