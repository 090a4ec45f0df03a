import { z } from 'zod';
import { MAX_PROJECTS } from '../limits.ts';
import { isVisible, NOT_VISIBLE } from '../visible-text.ts';
import { token, visibleName } from './parts.ts';
import { projectBranch, projectRepo } from './project.ts';

/** 1 to 100 characters, none of them one that plays with a terminal. */
const projectName = z
  .string()
  .trim()
  .min(1, 'a name of 1 to 100 characters')
  .max(100, 'a name of 1 to 100 characters')
  .refine(isVisible, NOT_VISIBLE);

/** A project by its id or its name. */
const projectRef = visibleName.min(1).max(100);

/** Commits that one list holds. */
const MAX_LOG = 200;

/** Whose work in which project; without, the agent's own in its own. */
const ofWork = { project: projectRef.optional(), branch: projectBranch.optional() };

/** `agents.<id>.tool.<tool>.<verb>`: the agent calls, by the CLI. The event's id is the call's id. */
export const toolEvents = {
  'tool.project.create': z.object({
    name: projectName,
    repo: projectRepo.optional(),
    branch: projectBranch.optional(),
  }),
  'tool.project.get': z.object({ projectId: token }),
  'tool.project.use': z.object({ project: projectRef }),
  'tool.project.archive': z.object({ project: projectRef }),
  'tool.project.diff': z.object({ ...ofWork, turn: z.enum(['last', 'all']).optional() }),
  'tool.project.log': z.object({ ...ofWork, limit: z.int().min(1).max(MAX_LOG).optional() }),
  'tool.project.merge': z.object(ofWork),
  'tool.project.list': z.object({
    /** The last project of the page before. */
    after: token.optional(),
    limit: z.int().min(1).max(MAX_PROJECTS).optional(),
  }),
  'tool.job.get': z.object({ jobId: token }),
  'tool.job.list': z.object({}),
  'tool.job.cancel': z.object({ jobId: token }),
};

/** Longest key of a job that a caller may choose. */
const MAX_KEY = 200;

/**
 * `agents.<id>.tool.<tool>.<verb>` of a tool that an operator has declared: only its subject names it.
 * Whether there is such a tool, and whether the input fits it, its spawner knows.
 */
export const declaredToolEvents = {
  'tool.declared': z.object({
    input: z.record(z.string(), z.json()).default({}),
    key: z.string().min(1).max(MAX_KEY).optional(),
    /** The caller waits for the end; else the end opens a turn. */
    wait: z.boolean().default(false),
  }),
};

/** Every call that there is beside declared tools: an agent's credential holds those that it may make, and no other. */
export const TOOL_CALLS: readonly { tool: string; verb: string }[] = Object.keys(toolEvents).map(
  (type) => {
    const [, tool = '', verb = ''] = type.split('.');
    return { tool, verb };
  },
);

/** `agents.<id>.result.<callId>`: the outcome of that call. */
export const resultEvents = {
  result: z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), callId: token, value: z.json() }),
    z.object({
      ok: z.literal(false),
      callId: token,
      error: z.object({ code: z.string(), message: z.string() }),
    }),
  ]),
};
