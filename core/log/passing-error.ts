import { type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';

/** What time alone can mend: a server or a service that restarts, a disk that is made room on. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ORC_NOT_REACHABLE',
  'ORC_TIMED_OUT',
  'ORC_NO_STREAM',
  'ORC_STORAGE_FULL',
]);

/** NATS, or the service that was asked by it, gave no answer: nothing else is known to be wrong. */
export const isUnreachable = (error: unknown): error is OrchestratorError =>
  error instanceof OrchestratorError &&
  (error.code === 'ORC_NOT_REACHABLE' || error.code === 'ORC_TIMED_OUT');

/** Whether reading or writing the log again can help; any other error comes again each time. */
export const isPassing = (error: unknown): boolean =>
  error instanceof OrchestratorError && PASSING.has(error.code);
