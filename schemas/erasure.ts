import { z } from 'zod';
import { person, token } from './events/parts.ts';
import { AGENT_ID } from './ids.ts';

/**
 * An erasure while it is under way, as SEALS has it until everything is erased: what is to be removed, wherever a process that
 * does it is killed.
 */
export const erasure = z.object({
  id: z.string(),
  /** The person, by all ids that the channel has called them by. */
  people: z.array(person).min(1),
  agents: z.array(z.string().regex(AGENT_ID)),
  jobs: z.array(token),
  /** Projects in which nobody else’s agent works. */
  projects: z.array(token),
  /** Of EVENTS, archived or not. */
  places: z.array(z.tuple([z.int().positive(), z.int().positive()])),
  begunAt: z.iso.datetime(),
});
export type Erasure = z.infer<typeof erasure>;
