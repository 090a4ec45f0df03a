import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import { dataFolderError } from './data-folder.ts';
import type { DataPaths } from './data-paths.ts';
import { jsonLines } from './logger.ts';

/** The file of all the system's own logs, as the supervisor and its children write to it. */
export interface SystemLog {
  /** For the children's stderr. */
  fd: number;
  /** The log of the supervisor itself. */
  logger: Logger;
  close(): void;
}

const MAX_BYTES = 50 * 1024 * 1024;

/**
 * Opens `<data>/system.log`. One that is over `maxBytes` becomes `system.log.old` first, in place
 * of the one before. Throws ORC_DATA_DIR.
 */
export function openSystemLog(paths: DataPaths, level: string, maxBytes = MAX_BYTES): SystemLog {
  const fd = openAppending(paths, maxBytes);
  const base = { component: 'supervisor', pid: process.pid };
  const logger = pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, jsonLines(fd));
  return { fd, logger, close: () => closeSync(fd) };
}

function openAppending(paths: DataPaths, maxBytes: number): number {
  try {
    const size = statSync(paths.systemLog, { throwIfNoEntry: false })?.size ?? 0;
    if (size > maxBytes) renameSync(paths.systemLog, `${paths.systemLog}.old`);
    return openSync(paths.systemLog, 'a', 0o600);
  } catch (error) {
    throw dataFolderError(paths, error);
  }
}
