import type { Logger } from 'pino';
import type { LogConnection } from '../core/log/connection.ts';
import { type ArchiveOptions, archiveEvents } from '../core/log/event-archiver.ts';
import { keepLooking } from '../platform/async/keep-looking.ts';
import { always, retry } from '../platform/async/retry.ts';
import type { Health } from '../platform/service/health.ts';

export interface ArchivingOptions extends Pick<ArchiveOptions, 'youngestMs' | 'graceMs'> {
  connection: LogConnection;
  logger: Logger;
  health: Pick<Health, 'report'>;
  /** How old events become before they are archived; milliseconds. */
  afterMs: number;
  /** How often it looks; an hour. */
  lookMs?: number;
  /** How long events wait for others that fill a file with them; a day. */
  fillMs?: number;
  signal: AbortSignal;
}

const LOOK_MS = 3_600_000;
const FILL_MS = 86_400_000;
const PART = 'archive of the log';

/** Between tries that failed. */
const TIMES = { firstMs: 5_000, longestMs: 600_000 };

/**
 * Archives what becomes old of EVENTS until the signal aborts, at the start and every hour. Never
 * rejects: what fails is in health, and tried again. Several at the same time do no harm.
 */
export function keepArchiving(options: ArchivingOptions): Promise<void> {
  const { lookMs = LOOK_MS, signal } = options;
  return keepLooking(() => look(options), lookMs, signal);
}

async function look(options: ArchivingOptions): Promise<void> {
  const { connection, logger, health, afterMs, fillMs = FILL_MS, signal } = options;
  const failing = (error: unknown) => {
    logger.warn({ err: error }, 'events not archived');
    const reason = error instanceof Error ? error.message : String(error);
    health.report(PART, false, `${reason}; tried again`);
  };
  const archive = () =>
    archiveEvents(connection, {
      ...options,
      before: new Date(Date.now() - afterMs),
      source: 'orchestrator/projections',
      fillMs,
      progress: (step, detail) => logger.info({ step, detail }, 'events archived'),
    });
  await retry(archive, { isPassing: always, failing, signal, times: TIMES });
  health.report(PART, true, 'up to date');
}
