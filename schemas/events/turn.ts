import { z } from 'zod';
import { instant } from './parts.ts';

const turnId = z.string();

/** `agents.<id>.turn.<name>`. */
export const turnEvents = {
  /** Stated before the message is written, so that no answer can come before it. */
  'turn.started': z.object({ turnId, commandId: z.string(), deadlineAt: instant }),
  /** The agent's own end-of-turn signal (`orchestrator turn end`). */
  'turn.signalled': z.object({
    lastMessage: z.string().optional(),
    /** It came to nothing, and why: a code of the error table. */
    problem: z.object({ code: z.string(), detail: z.string() }).optional(),
  }),
  /** The agent says that it takes messages, or why it cannot (`orchestrator ready`). */
  'turn.ready': z.object({ problem: z.string().min(1).optional() }),
  'turn.nudged': z.object({ turnId }),
  'turn.ended': z.object({ turnId, answers: z.int(), questions: z.int() }),
  'turn.failed': z.object({ turnId, code: z.string(), reason: z.string(), cure: z.string() }),
};
