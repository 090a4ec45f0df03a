import { z } from 'zod';
import {
  isBranchName,
  MAX_SOURCE,
  NO_BRANCH,
  NO_SOURCE,
  projectSource,
} from '../project-source.ts';
import { agentId, person, token } from './parts.ts';

const branch = z.string().refine(isBranchName, NO_BRANCH);
/** The id of a commit: SHA-1 or SHA-256. */
export const commitId = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'the id of a commit');

/** A project that an agent works in, as its `create` names it. */
export const agentProject = z.object({
  id: token,
  /** Its branch; without one `orchestrator/<agent id>`. */
  branch: branch.optional(),
  /** It works in the project's own folder: no clone, and no branch of its own. */
  inPlace: z.literal(true).optional(),
  /**
   * Its files begin as this snapshot of another agent's turn has them, and its branch where that agent's was
   * (absent: without commits); without, both begin as the project's own branch.
   */
  from: z.object({ commit: commitId, head: commitId.optional() }).optional(),
  /** They begin where those of this agent began. */
  beganAs: agentId.optional(),
});
export type AgentProject = z.infer<typeof agentProject>;

export const projectRepo = z
  .string()
  .max(MAX_SOURCE)
  .refine((text) => projectSource(text) !== undefined, NO_SOURCE);
export const projectBranch = branch;

/** `projects.<projectId>.<name>`. */
export const projectEvents = {
  'project.created': z.object({
    name: z.string(),
    /** The agent that created it; absent where an operator or a person did. */
    agentId: agentId.optional(),
    owner: person.optional(),
    /** A URL or a folder; without one its repository begins empty. */
    repo: projectRepo.optional(),
    /** The branch that work begins from and is merged into; without one that of the repository. */
    branch: branch.optional(),
  }),
  /** Its repository is there. */
  'project.ready': z.object({
    branch,
    /** Where it is; absent while it has no commits. */
    commit: commitId.optional(),
    /** What of it is not taken over: submodules, files of Git LFS. */
    notes: z.array(z.string()).optional(),
  }),
  /** There is no repository, and there will be none. */
  'project.failed': z.object({ code: z.string(), reason: z.string(), cure: z.string() }),
  /** It is shown no more, and nobody works in it; its repository is kept. */
  'project.archived': z.object({ by: person.optional() }),
  /** A branch has become part of the project's own. */
  'project.merged': z.object({
    from: branch,
    into: branch,
    commit: commitId,
    how: z.enum(['fast-forward', 'merge']),
  }),
  'project.pushed': z.object({ branch, to: branch, commit: commitId }),
};
