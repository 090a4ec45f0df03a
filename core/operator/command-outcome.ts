import { ERRORS, type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';

/** The error of a failed turn or a rejected command, as the log has it. */
export function statedError(stated: { code: string; reason: string; cure: string }) {
  const known = Object.hasOwn(ERRORS, stated.code);
  // Just looked up in the table.
  const code = known ? (stated.code as ErrorCode) : 'ORC_INTERNAL';
  return new OrchestratorError(code, stated.reason, { cure: stated.cure });
}

/** Does this event settle the command? True when done; throws when it was rejected. */
export function settles(commandId: string, done: (event: StoredEvent) => boolean) {
  return (event: StoredEvent): true | undefined => {
    if (event.type === 'process.rejected' && event.data.commandId === commandId) {
      throw statedError(event.data);
    }
    return done(event) || undefined;
  };
}
