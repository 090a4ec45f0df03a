import type { Logger } from 'pino';
import { BackOff } from '../../platform/async/back-off.ts';
import { pause } from '../../platform/async/delay.ts';
import type { Health } from '../../platform/service/health.ts';
import { TIMES, troubleOf } from './call-trouble.ts';

export interface UntilAnsweredOptions {
  health: Health;
  logger: Logger;
  /** The part of the health that is red until then. */
  part: string;
  signal: AbortSignal;
  /** Is told what an operator has to do. */
  notice?: (line: string) => void;
}

/**
 * Makes a call until Telegram has done it. The health is red while it has not, and says why; the log
 * says each reason once. Undefined where the signal aborts before.
 */
export async function untilAnswered<T>(
  call: () => Promise<T>,
  { health, logger, part, signal, notice }: UntilAnsweredOptions,
): Promise<T | undefined> {
  let said = '';
  const backOff = new BackOff(TIMES);
  while (!signal.aborted) {
    try {
      return await call();
    } catch (error) {
      const { detail, waitMs, isOperators } = troubleOf(error, backOff);
      health.report(part, false, detail);
      if (said !== detail) {
        logger.error({ part }, detail);
        if (isOperators) notice?.(detail);
      }
      said = detail;
      await pause(waitMs, signal);
    }
  }
  return undefined;
}
