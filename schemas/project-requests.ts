import { z } from 'zod';
import { agentId, person, token } from './events/parts.ts';
import { commitId, projectBranch } from './events/project.ts';

/** What spawners serve of projects over NATS request/reply (services protocol, `nats micro ls`). */
export const PROJECTS_SERVICE = 'orchestrator-projects';

/** What may be asked of a project, by operators and by the channels of people. */
export const PROJECT_VERBS = ['diff', 'log', 'merge', 'export', 'push'] as const;
export type ProjectVerb = (typeof PROJECT_VERBS)[number];

export const projectRequest = z.object({
  projectId: token,
  /** Whose work is meant; or a branch. */
  agentId: agentId.optional(),
  branch: projectBranch.optional(),
  /** Of a diff: the last turn's, or everything since the agent began. */
  turn: z.enum(['last', 'all']).optional(),
  /** Of a diff: what the turn has changed whose snapshot this is. */
  snapshot: commitId.optional(),
  /** Of a log: so many commits. */
  limit: z.int().min(1).max(200).optional(),
  /** Of a push: the branch there. */
  to: projectBranch.optional(),
  /** Who asks, where that is a person of a channel: only of that person's projects. */
  owner: person.optional(),
  /** Wait until this sequence is folded: what was done just before counts. */
  atLeast: z.int().nonnegative().optional(),
});
export type ProjectRequest = z.input<typeof projectRequest>;

export const PROJECT_ANSWERS = {
  diff: z.object({ diff: z.string(), truncated: z.boolean() }),
  log: z.array(
    z.object({ commit: z.string(), author: z.string(), time: z.string(), subject: z.string() }),
  ),
  merge: z.object({
    from: z.string(),
    into: z.string(),
    commit: z.string(),
    how: z.enum(['fast-forward', 'merge', 'nothing']),
  }),
  export: z.object({ patch: z.string() }),
  push: z.object({ branch: z.string(), to: z.string(), commit: z.string() }),
} satisfies Record<ProjectVerb, z.ZodType>;

export type ProjectAnswer<V extends ProjectVerb> = z.infer<(typeof PROJECT_ANSWERS)[V]>;

export const projectSubject = (verb: ProjectVerb): string => `repositories.${verb}`;
