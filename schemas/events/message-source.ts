import { z } from 'zod';
import { token } from './parts.ts';

/** A message of a channel from which a message to an agent was made: an edit finds it by this. */
export const messageSource = z.object({
  /** Its id in its chat. */
  message: token,
  /** A digest of its text and formatting. */
  content: token,
  /** By which the channel knows its file. */
  file: z.string().max(256).optional(),
});
export type MessageSource = z.infer<typeof messageSource>;
