import { z } from 'zod';
import { agentId, person } from './parts.ts';

/** `projects.<projectId>.<name>`. */
export const projectEvents = {
  'project.created': z.object({ name: z.string(), agentId, owner: person.optional() }),
};
