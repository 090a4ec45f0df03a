import { z } from 'zod';
import { fileReference } from './file.ts';
import { milliseconds } from './parts.ts';

/** `agents.<id>.response.<name>`: the agent says, by the CLI. The event's id is the response's id. */
export const responseEvents = {
  'response.answer': z.object({ text: z.string().min(1), file: fileReference.optional() }),
  'response.question': z.object({
    text: z.string().min(1),
    options: z.array(z.string().min(1)).max(10).optional(),
    /** Somebody waits so long for the answer (`ask --wait`): `agents.<id>.result.<event id>`. */
    waitMs: milliseconds.optional(),
  }),
  'response.progress': z.object({ text: z.string().min(1) }),
};
