import type { Logger } from 'pino';
import type { LogConnection } from '../core/log/connection.ts';
import { sealLog } from '../core/seal/seal-log.ts';
import { keepLooking } from '../platform/async/keep-looking.ts';
import { always, retry } from '../platform/async/retry.ts';
import type { Health } from '../platform/service/health.ts';

export interface SealingOptions {
  connection: LogConnection;
  logger: Logger;
  health: Pick<Health, 'report'>;
  signal: AbortSignal;
  /** How often it looks; 10 seconds. */
  lookMs?: number;
}

/** For so long at most nothing speaks for what was just stored; each look that finds something is a seal. */
const LOOK_MS = 10_000;
const PART = 'seals of the log';

/** Between tries that failed. */
const TIMES = { firstMs: 1_000, longestMs: 60_000 };

/**
 * Seals what is new in EVENTS until the signal aborts. Never rejects: what fails is in health, and tried again. Several at
 * the same time do no harm.
 */
export function keepSealing(options: SealingOptions): Promise<void> {
  const { lookMs = LOOK_MS, signal } = options;
  return keepLooking(() => look(options), lookMs, signal);
}

async function look({ connection, logger, health, signal }: SealingOptions): Promise<void> {
  const failing = (error: unknown) => {
    logger.warn({ err: error }, 'events not sealed');
    const reason = error instanceof Error ? error.message : String(error);
    // Nobody who writes or answers notices.
    health.report(PART, true, `not sealed: ${reason}; tried again`, true);
  };
  const seal = () => sealLog(connection, { signal });
  await retry(seal, { isPassing: always, failing, signal, times: TIMES });
  health.report(PART, true, 'up to date');
}
