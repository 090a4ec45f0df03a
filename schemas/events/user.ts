import { z } from 'zod';
import { agentId, person, visibleName } from './parts.ts';

/** `users.<channel>.<userId>.<name>`. */
export const userEvents = {
  'user.agent-assigned': z.object({ agentId }),
  'user.agent-released': z.object({ agentId, reason: z.string() }),
  /** An admin lets this person (or group) talk. */
  'user.allowed': z.object({ by: person.optional() }),
  'user.denied': z.object({ by: person.optional() }),
  /** What a message does while the agent works. */
  'user.mode-chosen': z.object({ mode: z.enum(['join', 'wait', 'interrupt']) }),
  /** How the channel calls a person, and the person's language (IETF tag). */
  'user.introduced': z.object({ name: visibleName, language: z.string().optional() }),
};
