import { z } from 'zod';
import { MAX_REVOKED, MAX_SNAPSHOTS } from '../limits.ts';
import { commandEvents } from './command.ts';
import { instant } from './parts.ts';
import { commitId } from './project.ts';

/** An agent that has ended, with all that a further run of it goes on with. */
export const earlierLife = commandEvents['command.create'].extend({
  createdAt: instant,
  createdBy: z.string(),
  counts: z.object({
    messages: z.int(),
    answers: z.int(),
    turns: z.int(),
    failed: z.int(),
  }),
  /** How many runs it had. */
  runs: z.int().positive(),
  /** What it has said in all. */
  said: z.object({ events: z.int(), bytes: z.int() }).optional(),
  snapshots: z
    .array(
      z.object({
        turnId: z.string(),
        commit: commitId,
        head: commitId.optional(),
        isOldest: z.literal(true).optional(),
      }),
    )
    .max(MAX_SNAPSHOTS)
    .readonly()
    .optional(),
  /** Users of the server whose credentials count no more, until they have expired by themselves. */
  revoked: z
    .array(z.object({ user: z.string(), expires: instant }))
    .max(MAX_REVOKED)
    .optional(),
});
export type EarlierLife = z.infer<typeof earlierLife>;
