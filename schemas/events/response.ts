import { z } from 'zod';
import { MAX_OPTION, MAX_OPTIONS } from '../limits.ts';
import { fileReference } from './file.ts';
import { milliseconds, saidText } from './parts.ts';

/** `agents.<id>.response.<name>`: the agent says, by the CLI. The event's id is the response's id. */
export const responseEvents = {
  'response.answer': z.object({ text: saidText().min(1), file: fileReference.optional() }),
  'response.question': z.object({
    text: saidText().min(1),
    /** At most 10 choices of 1,000 characters. */
    options: z.array(saidText(MAX_OPTION).min(1)).max(MAX_OPTIONS).optional(),
    /**
     * Somebody waits so long for the answer (`ask --wait`): `agents.<id>.result.<event id>`. At most
     * 100 years from the broker's time of the question.
     */
    waitMs: milliseconds.optional(),
  }),
  'response.progress': z.object({ text: saidText().min(1) }),
};
