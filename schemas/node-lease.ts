import { z } from 'zod';
import { token } from './events/parts.ts';

/** The NATS key-value bucket in which every living spawner has an entry under its node's name. */
export const NODES_BUCKET = 'nodes';

/** What a node says of itself, for as long as its lease lives. */
export const nodeLease = z.object({
  node: token,
  /** Where its new agents run. */
  place: z.string(),
  /** Wherever it can attach to runs, that one among them. */
  places: z.array(z.string()),
  /** The process that holds it: a restart of the node is another. */
  holder: z.string(),
  pid: z.int(),
  version: z.string(),
  startedAt: z.string(),
  draining: z.boolean(),
  /** How many live agents it owns. */
  agents: z.int().nonnegative(),
});
export type NodeLease = z.infer<typeof nodeLease>;
