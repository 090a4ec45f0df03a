import { GrammyError } from 'grammy';
import type { BackOff } from '../../platform/async/back-off.ts';
import { callError } from './call-outcome.ts';

/** Why Telegram does not do what it was asked, in one line with its cure, and when to ask again. */
export interface CallTrouble {
  detail: string;
  waitMs: number;
  /** Time does not mend it: an operator has to. */
  isOperators?: true;
}

/** What is far, and asks to be left in peace. */
export const TIMES = { firstMs: 500, longestMs: 30_000 };

/** Two pollers take turns at failing: not faster than this. */
const CONFLICT_WAIT_MS = 5_000;

/**
 * The trouble that a failed call means. Never shows the call's address, which holds the token.
 *
 * @param backOff counts this failure; reset by whoever was answered
 */
export function troubleOf(error: unknown, backOff: BackOff): CallTrouble {
  const wait = backOff.next();
  const reason = callError(error);
  if (!(error instanceof GrammyError)) {
    return { detail: `Telegram is not reached (${reason}); trying again`, waitMs: wait };
  }
  switch (error.error_code) {
    case 409:
      return {
        detail: `Another program polls with the same bot token (${reason}); end it, or give it a token of its own`,
        waitMs: Math.max(wait, CONFLICT_WAIT_MS),
      };
    case 401:
    case 404:
      return {
        detail: `Telegram does not know the bot token (${reason}); correct TELEGRAM_BOT_TOKEN`,
        waitMs: TIMES.longestMs,
        isOperators: true,
      };
    case 429: {
      const waitMs = (error.parameters.retry_after ?? 1) * 1_000;
      return { detail: `Telegram asks for patience (${reason})`, waitMs };
    }
    default:
      return { detail: `Telegram fails (${reason}); trying again`, waitMs: wait };
  }
}
