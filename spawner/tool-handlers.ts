import type { AgentState, PendingCall } from '../core/domain/agent/agent-state.ts';
import type { CallOutcome } from '../core/domain/agent/turn/result-event.ts';
import {
  callerOf,
  DECIDED_CALLS,
  notAllowed,
  refusedForAgent,
} from '../core/domain/call/decide-call.ts';
import { type JobToolCaller, jobCaller, wishOf } from '../core/domain/job/decide-job-call.ts';
import type { JobState } from '../core/domain/job/job-state.ts';
import { jobIdOf } from '../core/domain/job/request-job.ts';
import {
  type Caller,
  findOwnProject,
  type ToolOutcome,
} from '../core/domain/project/decide-project.ts';
import type { SystemState } from '../core/domain/system-state.ts';
import type { ToolDeclaration } from '../schemas/tool-declaration.ts';
import type { ProjectCheckouts } from './projects/project-checkouts.ts';
import type { ProjectTools } from './projects/project-tools.ts';
import { requestDeclared } from './tools/job-calls.ts';

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
  /** What is answered in place of everything that a tool does: of a what-if. */
  recorded?: CallOutcome | undefined;
}

type ToolHandler = (
  call: PendingCall,
  caller: JobToolCaller,
  system: SystemState,
  context: ToolContext,
) => ToolOutcome | Promise<ToolOutcome>;

const HANDLERS: Record<string, ToolHandler> = {
  ...DECIDED_CALLS,
  'project.diff': withGit,
  'project.log': withGit,
  'project.merge': withGit,
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

/** With no effects at all. */
function bare(recorded: CallOutcome): ToolOutcome {
  if (!recorded.ok) return recorded;
  // As a tool has once answered it.
  const value = recorded.value as Extract<ToolOutcome, { ok: true }>['value'];
  return { ok: true, events: [], value };
}

function outcomeOf(
  call: PendingCall,
  agent: AgentState,
  system: SystemState,
  context: ToolContext,
): ToolOutcome | Promise<ToolOutcome> {
  const refused = refusedForAgent(call, agent);
  if (refused) return refused;
  if (context.recorded)
    return notAllowed(call, agent, context.allowedTools) ?? bare(context.recorded);
  const handler = handlerOf(call, context.tools);
  if (handler === undefined) {
    const message = `There is no tool ${call.tool} ${call.verb}`;
    return { ok: false, code: 'ORC_NO_SUCH_TOOL', message };
  }
  return (
    notAllowed(call, agent, context.allowedTools) ?? handler(call, callerOf(agent), system, context)
  );
}
