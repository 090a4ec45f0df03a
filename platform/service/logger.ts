import { type DestinationStream, type Logger, pino } from 'pino';
import { visibleText } from '../../schemas/visible-text.ts';

/**
 * The system's own log: JSON lines on stderr, so that stdout stays for results. Secrets never reach
 * it: whoever logs names ids, never contents or credentials.
 */
export function createLogger(component: string, level: string): Logger {
  return pino(
    { level, base: { component, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    jsonLines(2),
  );
}

/** What cannot be written is held up to this, and lost beyond it. */
const MAX_HELD_BYTES = 1024 * 1024;

/**
 * Where pino writes. JSON itself escapes but C0; a log is looked at in a terminal (`tail -f`,
 * `docker compose logs`), so the other characters that could steer it are escaped too.
 */
export function jsonLines(fd: number): DestinationStream {
  const destination = pino.destination({ dest: fd, sync: true, maxLength: MAX_HELD_BYTES });
  // A full disk takes no log, and is to end nothing else: whoever logs would get its error.
  destination.on('error', () => undefined);
  return { write: (line) => destination.write(visibleText(line)) };
}
