import { z } from 'zod';
import { MAX_LAST_MESSAGE, MAX_PROBLEM } from '../limits.ts';
import { instant, saidText } from './parts.ts';
import { commitId } from './project.ts';

const turnId = z.string();

/** `agents.<id>.turn.<name>`. */
export const turnEvents = {
  /** Stated before the message is written, so that no answer can come before it. */
  'turn.started': z.object({ turnId, commandId: z.string(), deadlineAt: instant }),
  /** The agent's own end-of-turn signal (`orchestrator turn end`). */
  'turn.signalled': z.object({
    /**
     * How many messages of this run the agent had taken by then, reminders too: messages that were
     * written later are not over (docs/decisions/0055-which-messages-a-signal-is-about.md).
     */
    taken: z.int().nonnegative().optional(),
    /** At most 20,000 characters of it. */
    lastMessage: saidText(MAX_LAST_MESSAGE).optional(),
    /** Why the turn came to nothing: a code of the error table, and at most 4,000 characters. */
    problem: z.object({ code: z.string().max(64), detail: saidText(MAX_PROBLEM) }).optional(),
  }),
  /**
   * The agent's process takes messages, or says in at most 4,000 characters why it cannot (`ready`).
   * Of no turn: it has the family's name because an agent may state this family of itself
   * (docs/words.md).
   */
  'turn.ready': z.object({ problem: saidText(MAX_PROBLEM).min(1).optional() }),
  /** The state of the agent's files at the end of a turn, as a commit that its project keeps. */
  'turn.snapshot': z.object({
    turnId,
    commit: commitId,
    /** Where the agent's own branch was; absent while it had no commits. */
    head: commitId.optional(),
    /** What has changed since the snapshot before: files, lines that came and lines that went. */
    files: z.int().nonnegative(),
    insertions: z.int().nonnegative(),
    deletions: z.int().nonnegative(),
    /** Files that are too large for a snapshot, or cannot be read; at most 20 of them. */
    left: z.array(z.string()).optional(),
  }),
  /** There is none of this turn, and why. */
  'turn.snapshot-failed': z.object({ turnId, reason: z.string() }),
  'turn.nudged': z.object({ turnId }),
  'turn.ended': z.object({ turnId, answers: z.int(), questions: z.int() }),
  'turn.failed': z.object({
    turnId,
    code: z.string(),
    reason: z.string(),
    cure: z.string(),
    /** What its CLI said last, where the agent did not answer: nothing that it has sent itself. */
    lastWords: saidText(MAX_LAST_MESSAGE).optional(),
  }),
};
