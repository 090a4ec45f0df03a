import { z } from 'zod';

/** `nodes.<node>.<name>`: what becomes of a spawner. */
export const nodeEvents = {
  /** The node takes no new agents from here on and gives its idle ones to others. */
  'node.draining': z.object({}),
  /** The node takes agents again. */
  'node.resumed': z.object({}),
  /** None of its agents works any more: it may be stopped. */
  'node.drained': z.object({
    /** The `node.draining` that this answers. */
    drainId: z.string(),
    /** Idle agents that nobody else of its place could take. They live on. */
    kept: z.int().nonnegative(),
  }),
};
