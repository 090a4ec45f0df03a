import { z } from 'zod';

/** An error as RFC 9457 has it, with a code of docs/errors.md and what to do. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  cure: z.string(),
});
export type Problem = z.infer<typeof problem>;
