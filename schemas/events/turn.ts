import { z } from 'zod';
import { instant } from './parts.ts';

const turnId = z.string();

/** `agents.<id>.turn.<name>`. */
export const turnEvents = {
  /** Stated before the message is written, so that no answer can come before it. */
  'turn.started': z.object({ turnId, commandId: z.string(), deadlineAt: instant }),
  /** The agent's own end-of-turn signal (`orchestrator turn end`): the only one that it may state. */
  'turn.signalled': z.object({ lastMessage: z.string().optional() }),
  'turn.nudged': z.object({ turnId }),
  'turn.ended': z.object({ turnId, answers: z.int(), questions: z.int() }),
  'turn.failed': z.object({ turnId, code: z.string(), reason: z.string(), cure: z.string() }),
};
