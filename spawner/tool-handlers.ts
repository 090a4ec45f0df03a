import {
  type AgentState,
  correlationOf,
  isLive,
  type PendingCall,
  traceparentOf,
} from '../core/domain/agent/agent-state.ts';
import { allowedTools } from '../core/domain/agent/allowed-tools.ts';
import type { JobState } from '../core/domain/job/job-state.ts';
import { jobIdOf } from '../core/domain/job/request-job.ts';
import {
  answerGetProject,
  answerListProjects,
  type Caller,
  decideArchiveProject,
  decideCreateProject,
  decideUseProject,
  findOwnProject,
  type ToolOutcome,
} from '../core/domain/project/decide-project.ts';
import type { SystemState } from '../core/domain/system-state.ts';
import type { ToolDeclaration } from '../schemas/tool-declaration.ts';
import type { ProjectCheckouts } from './projects/project-checkouts.ts';
import type { ProjectTools } from './projects/project-tools.ts';
import {
  answerGetJob,
  answerListJobs,
  cancelJob,
  type JobToolCaller,
  jobCaller,
  requestDeclared,
  wishOf,
} from './tools/job-calls.ts';

export interface ToolContext {
  now: Date;
  allowedTools: readonly string[] | undefined;
  /** Projects that one person may have. */
  maxProjects: number;
  /** What is done with git; undefined where no projects are kept. */
  projects?: ProjectTools | undefined;
  /** Where programs of projects run; undefined where no projects are kept. */
  checkouts?: ProjectCheckouts | undefined;
  /** Bytes of the largest message that the broker takes. */
  maxBytes: number;
  /** Those that an operator has declared. */
  tools: readonly ToolDeclaration[];
  /** The job that the call names, wherever it is kept. */
  job: JobState | undefined;
}

type ToolHandler = (
  call: PendingCall,
  caller: JobToolCaller,
  system: SystemState,
  context: ToolContext,
) => ToolOutcome | Promise<ToolOutcome>;

const HANDLERS: Record<string, ToolHandler> = {
  'project.create': (call, caller, { projects }, { now, maxProjects }) =>
    decideCreateProject(call, caller, { projects, most: maxProjects }, now),
  'project.get': (call, caller, { projects }) => answerGetProject(call, caller, projects),
  'project.list': (call, caller, { projects }) => answerListProjects(call, caller, projects),
  'project.use': (call, caller, { projects }, { now }) =>
    decideUseProject(call, caller, projects, now),
  'project.archive': (call, caller, { projects }, { now }) =>
    decideArchiveProject(call, caller, projects, now),
  'project.diff': withGit,
  'project.log': withGit,
  'project.merge': withGit,
  'job.get': ({ input }, caller, _system, { job }) =>
    answerGetJob(caller, String(input.jobId), job),
  'job.list': (_call, caller, { jobs }) => answerListJobs(caller, jobs),
  'job.cancel': (call, caller, _system, { job, now }) =>
    cancelJob(call, caller, String(call.input.jobId), job, now),
};

/**
 * What a tool call comes to: its effects and its result, to be appended as one. A call of an agent
 * that has ended meanwhile is stated as not done; it is never run for nobody (design: replay
 * re-reads, it never re-executes). A result that no message holds is one that says so.
 */
export async function callTool(
  call: PendingCall,
  agent: AgentState,
  system: SystemState,
  context: ToolContext,
): Promise<ToolOutcome> {
  return withinMessage(await outcomeOf(call, agent, system, context), context.maxBytes);
}

function withGit(
  call: PendingCall,
  caller: Caller,
  { projects }: SystemState,
  context: ToolContext,
): ToolOutcome | Promise<ToolOutcome> {
  const own = findOwnProject(call, caller, projects);
  if (!own.ok) return own;
  if (context.projects) return context.projects.call(call, caller, own.project, context.now);
  const message = 'This spawner keeps no projects';
  return { ok: false, code: 'ORC_PROJECT_NOT_READY', message };
}

/** Subject, headers and what stands around the value in the message. */
const FRAME_BYTES = 4 * 1024;

function withinMessage(outcome: ToolOutcome, maxBytes: number): ToolOutcome {
  if (!outcome.ok) return outcome;
  const size = Buffer.byteLength(JSON.stringify(outcome.value));
  if (size + FRAME_BYTES <= maxBytes) return outcome;
  const message = `The result has ${size} bytes; the broker takes ${maxBytes} in one message`;
  return { ok: false, code: 'ORC_TOO_LARGE', message };
}

function handlerOf(
  { tool, verb }: PendingCall,
  tools: readonly ToolDeclaration[],
): ToolHandler | undefined {
  const own = HANDLERS[`${tool}.${verb}`];
  if (own !== undefined) return own;
  const declared = tools.find(({ name, verbs }) => name === tool && verbs.includes(verb));
  return (
    declared &&
    ((call, caller, { jobs, projects }, { job: known, now, checkouts }) =>
      requestDeclared(call, declared, caller, { jobs, projects, known, checkouts, now }))
  );
}

/** Is a call about what the agent has committed, in a turn that has not ended? */
export const isAboutCommits = ({ tool, verb, refused }: PendingCall): boolean =>
  refused === undefined && tool === 'project' && (verb === 'merge' || verb === 'log');

/** The id of the job that a call is about: that it names, or that it asks for under a key. */
export function jobOfCall(call: PendingCall, agent: AgentState): string | undefined {
  if (call.tool === 'job') {
    return typeof call.input.jobId === 'string' ? call.input.jobId : undefined;
  }
  if (typeof call.input.key !== 'string' || agent.phase === 'unknown') return undefined;
  const { agentId, owner } = agent;
  return jobIdOf(wishOf(call), jobCaller(call, { agentId, ...(owner && { owner }) }));
}

function outcomeOf(
  call: PendingCall,
  agent: AgentState,
  system: SystemState,
  context: ToolContext,
): ToolOutcome | Promise<ToolOutcome> {
  if (call.refused) return { ok: false, ...call.refused };
  if (agent.phase === 'unknown' || agent.phase === 'ended') {
    return { ok: false, code: 'ORC_AGENT_ENDED', message: 'The agent ended before this was done' };
  }
  const handler = handlerOf(call, context.tools);
  if (handler === undefined) {
    const message = `There is no tool ${call.tool} ${call.verb}`;
    return { ok: false, code: 'ORC_NO_SUCH_TOOL', message };
  }
  const allowed = allowedTools(context.allowedTools, agent.allowedTools);
  if (allowed && !allowed.includes(call.tool)) {
    const message = `This agent may not use ${call.tool}`;
    return { ok: false, code: 'ORC_TOOL_NOT_ALLOWED', message };
  }
  const { agentId, owner, project } = agent;
  const turnId = isLive(agent) ? agent.turn?.turnId : undefined;
  const caller = {
    agentId,
    ...(owner && { owner }),
    ...(project && { project }),
    correlationId: correlationOf(agent),
    traceparent: traceparentOf(agent),
    turnId,
    depth: agent.ordered?.depth,
  };
  return handler(call, caller, system, context);
}
