import { type Logger, pino } from 'pino';

/**
 * The system's own log: JSON lines on stderr, so that stdout stays for results. Secrets never reach
 * it: whoever logs names ids, never contents or credentials.
 */
export function createLogger(component: string, level: string): Logger {
  return pino(
    { level, base: { component, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
