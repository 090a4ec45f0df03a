import { z } from 'zod';

/** `agents.<id>.timer.<name>`: published by the server when a schedule is due. */
export const timerEvents = {
  'timer.ttl': z.object({ runId: z.string(), expiresAt: z.iso.datetime() }),
  'timer.turn': z.object({ turnId: z.string() }),
  'timer.question': z.object({ questionId: z.string() }),
};
