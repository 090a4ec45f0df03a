import type { PendingCall } from '../../core/domain/agent/agent-state.ts';
import { type JobToolCaller, jobCaller, wishOf } from '../../core/domain/job/decide-job-call.ts';
import type { JobState } from '../../core/domain/job/job-state.ts';
import { type JobWish, requestJob } from '../../core/domain/job/request-job.ts';
import { findOwnProject, type ToolOutcome } from '../../core/domain/project/decide-project.ts';
import type { ProjectState } from '../../core/domain/project/project.ts';
import { asOrchestratorError, type ErrorCode } from '../../schemas/errors.ts';
import type { JobTimeouts } from '../../schemas/events/job.ts';
import { inputValidator, type ToolDeclaration } from '../../schemas/tool-declaration.ts';
import type { ProjectCheckouts } from '../projects/project-checkouts.ts';

/** What a call of a declared tool is decided on. */
export interface DeclaredContext {
  jobs: ReadonlyMap<string, JobState>;
  projects: ReadonlyMap<string, ProjectState>;
  /** The job of its id, as the log has it. */
  known: JobState | undefined;
  /** Undefined where no projects are kept. */
  checkouts: Pick<ProjectCheckouts, 'resolve'> | undefined;
  now: Date;
}

/** The call of a declared tool: a job. */
export async function requestDeclared(
  call: PendingCall,
  tool: ToolDeclaration,
  caller: JobToolCaller,
  context: DeclaredContext,
): Promise<ToolOutcome> {
  const { owner } = caller;
  const whose = owner && `${owner.channel}/${owner.userId}`;
  if (tool.users !== undefined && (whose === undefined || !tool.users.includes(whose))) {
    const message = `The user of this agent may not use ${tool.name}`;
    return { ok: false, code: 'ORC_TOOL_NOT_ALLOWED', message };
  }
  const wish = wishOf(call);
  const input = inputValidator(tool).safeParse(withDefaults(wish.input, tool));
  if (!input.success) {
    const problems = input.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'input'}: ${message}`,
    );
    return { ok: false, code: 'ORC_BAD_INPUT', message: `${tool.name}: ${problems.join('; ')}` };
  }
  // It is an object: the declaration of every tool says so.
  const checked = { ...wish, input: input.data as Record<string, unknown> };
  const placed = await inProject(checked, tool, caller, context);
  if (!placed.ok) return placed;
  const { wish: whole, about } = placed;
  const { jobs, known, now } = context;
  const rules = {
    timeouts: timeoutsOf(tool),
    ...(tool.confirm === 'ask' && { question: questionOf(whole, caller, about) }),
    ...(tool.executor.kind === 'agent' && { orders: { depth: caller.depth ?? 0 } }),
  };
  return requestJob(whole, jobCaller(call, caller), rules, jobs.values(), known, now);
}

/** How many leases without a sign end a job whose tool says nothing of it, where nobody saw one end. */
const SILENT_LEASES = 4;

function timeoutsOf({ timeouts, executor }: ToolDeclaration): JobTimeouts {
  const { accept, total, confirm } = timeouts;
  const silence = executor.kind === 'nats' ? SILENT_LEASES * executor.lease : undefined;
  const heartbeat = timeouts.heartbeat ?? silence;
  return {
    acceptMs: accept,
    totalMs: total,
    confirmMs: confirm,
    ...(heartbeat !== undefined && { heartbeatMs: heartbeat }),
  };
}

type Placed =
  | { ok: true; wish: JobWish; about?: Record<string, string> }
  | { ok: false; code: ErrorCode; message: string };

/** With the very project, and the very commit of it, that the job is about. */
async function inProject(
  wish: JobWish,
  { executor }: ToolDeclaration,
  caller: JobToolCaller,
  { projects, checkouts }: DeclaredContext,
): Promise<Placed> {
  const isCheckout = executor.kind === 'command' && executor.checkout;
  const { projectId, commit } = wish.input;
  const isInProject = isCheckout || (executor.kind === 'agent' && (projectId ?? caller.project));
  if (!isInProject) return { ok: true, wish };
  const own = findOwnProject({ input: { project: projectId } }, caller, projects);
  if (!own.ok) return own;
  const { project } = own;
  const there = { ...wish, input: { ...wish.input, projectId: project.id } };
  if (!isCheckout) return { ok: true, wish: there, about: { project: project.name } };
  if (checkouts === undefined) {
    const message = 'This spawner keeps no projects';
    return { ok: false, code: 'ORC_PROJECT_NOT_READY', message };
  }
  try {
    const ref = commit === undefined ? undefined : String(commit);
    const program = executor.command[0].replace(/^\.\//, '');
    const found = await checkouts.resolve(project, ref, program);
    const input = { ...there.input, commit: found.commit };
    const about = { project: project.name, subject: found.subject };
    return { ok: true, wish: { ...there, input }, about };
  } catch (error) {
    const { code, message } = asOrchestratorError(error);
    return { ok: false, code, message };
  }
}

const withDefaults = (
  input: Record<string, unknown>,
  { input: { properties } }: ToolDeclaration,
): Record<string, unknown> => ({
  ...Object.fromEntries(
    Object.entries(properties).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value]],
    ),
  ),
  ...input,
});

/** Characters of one value that a question shows. */
const SHOWN = 1_000;

/** Who wants what: a person decides on nothing else. */
function questionOf(
  { tool, verb, input }: JobWish,
  { agentId }: JobToolCaller,
  about: Record<string, string> = {},
): string {
  const what = [tool, ...(verb === 'run' ? [] : [verb])].join(' ');
  const values = Object.entries({ ...input, ...about }).map(
    ([key, value]) => `${key}: ${shownValue(value)}`,
  );
  return [`Agent ${agentId} asks to run ${what}.`, ...values].join('\n');
}

/** What is not shown is said to be there. */
function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const rest = text.length - SHOWN;
  return rest > 0 ? `${text.slice(0, SHOWN).toWellFormed()} […, ${rest} characters more]` : text;
}
