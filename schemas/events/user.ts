import { z } from 'zod';
import { agentId } from './parts.ts';

/** `users.<channel>.<userId>.<name>`. */
export const userEvents = {
  'user.agent-assigned': z.object({ agentId }),
  'user.agent-released': z.object({ agentId, reason: z.string() }),
};
