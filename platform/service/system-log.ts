import {
  appendFileSync,
  closeSync,
  copyFileSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
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
const LOOK_MS = 10_000;

export interface SystemLogOptions {
  /** Of this size it becomes `system.log.old`, in place of the one before; 50 MiB. */
  maxBytes?: number;
  /** Milliseconds between two looks at its size; 10 s. */
  lookMs?: number;
}

/**
 * Opens `<data>/system.log`, and keeps it below its size while it is open. Throws ORC_DATA_DIR.
 */
export function openSystemLog(
  paths: DataPaths,
  level: string,
  { maxBytes = MAX_BYTES, lookMs = LOOK_MS }: SystemLogOptions = {},
): SystemLog {
  const fd = openAppending(paths, maxBytes);
  const base = { component: 'supervisor', pid: process.pid };
  const logger = pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, jsonLines(fd));
  const look = setInterval(() => {
    try {
      moveToOld(paths.systemLog, fd, maxBytes);
    } catch (err) {
      logger.warn({ err }, 'the system log cannot be made shorter');
    }
  }, lookMs);
  look.unref();
  const close = () => {
    clearInterval(look);
    closeSync(fd);
  };
  return { fd, logger, close };
}

function openAppending(paths: DataPaths, maxBytes: number): number {
  try {
    const fd = openSync(paths.systemLog, 'a', 0o600);
    fchmodSync(fd, 0o600);
    moveToOld(paths.systemLog, fd, maxBytes);
    return fd;
  } catch (error) {
    throw dataFolderError(paths, error);
  }
}

/**
 * Copied and emptied, not renamed: the services hold the file itself, whose end is wherever they
 * append. What is appended between the last look at its size and the emptying is lost.
 */
function moveToOld(file: string, fd: number, maxBytes: number): void {
  if (fstatSync(fd).size <= maxBytes) return;
  const unfinished = `${file}.new`;
  copyFileSync(file, unfinished);
  appendRest(file, unfinished);
  ftruncateSync(fd);
  renameSync(unfinished, `${file}.old`);
}

/** What came while it was copied. */
function appendRest(file: string, copy: string): void {
  const { size } = statSync(copy);
  const from = openSync(file, 'r');
  try {
    const rest = Buffer.alloc(Math.max(0, fstatSync(from).size - size));
    readSync(from, rest, 0, rest.length, size);
    appendFileSync(copy, rest);
  } finally {
    closeSync(from);
  }
}
