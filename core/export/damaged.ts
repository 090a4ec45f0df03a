import { OrchestratorError } from '../../schemas/errors.ts';

/** That an export is not what it was, and where that was seen. */
export const damaged = (where: string, what: string, cause?: unknown): OrchestratorError =>
  new OrchestratorError('ORC_EXPORT', `${where}: ${what}`, { cause });
