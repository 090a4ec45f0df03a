import { isDeepStrictEqual } from 'node:util';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';

/** Where a command, or a turn of a project, may stand that had this id before. */
const ANYWHERE = { alsoOn: 'agents.*.command.*' };

/**
 * Stores an event under an id that its caller chose: once, for as long as ids are remembered. The
 * sequence at which it stands. Throws ORC_CONFLICT where something else has that id, and what an append
 * can fail with.
 */
export async function stateOnce(log: EventLog, event: NewEvent): Promise<number> {
  const result = await log.appendOnce(event, ANYWHERE);
  if (!result.ok) throw appendError(result);
  if (!result.duplicate) return result.sequence;
  const found = await log.at('EVENTS', result.sequence);
  if (found === undefined || !isSame(found, event)) {
    throw new OrchestratorError('ORC_CONFLICT', `The id ${event.id} was used for something else`, {
      cure: 'Use a fresh Idempotency-Key for each thing that is asked for.',
    });
  }
  return result.sequence;
}

function isSame(
  { subject, payload }: { subject: string; payload: Uint8Array },
  event: NewEvent,
): boolean {
  if (subject !== event.subject) return false;
  const stored: unknown = JSON.parse(Buffer.from(payload).toString());
  // As it would be stored: without what is undefined.
  return isDeepStrictEqual(stored, JSON.parse(JSON.stringify(event.data)));
}
