import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';

/** Is it the event by which an agent takes messages? Throws ORC_START_FAILED where it was not started. */
export function isReady(event: StoredEvent): boolean {
  if (event.type === 'process.start-failed') {
    throw new OrchestratorError('ORC_START_FAILED', `It was not started: ${event.data.reason}`);
  }
  return event.type === 'process.ready';
}
