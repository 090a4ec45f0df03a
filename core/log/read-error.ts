import { errors } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';

/** The server's code for a stream that does not exist (nats-server, server/errors.json). */
export const NO_STREAM = 10059;

/** What a failed request to the JetStream API means for a reader. */
export function readError(error: unknown): OrchestratorError {
  if (error instanceof OrchestratorError) return error;
  const cause = { cause: error };
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof errors.PermissionViolationError) {
      return new OrchestratorError('ORC_NOT_PERMITTED', at.message, cause);
    }
    // Not by class: that would load the JetStream part of the client for a single direct get.
    if ('code' in at && at.code === NO_STREAM) {
      return new OrchestratorError('ORC_NO_STREAM', undefined, cause);
    }
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new OrchestratorError('ORC_NOT_REACHABLE', `NATS did not answer: ${reason}`, cause);
}
