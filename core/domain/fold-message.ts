import { type ParsedEvent, parseEvent, type RawMessage } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { applyEvent, type SystemState } from './system-state.ts';

/**
 * Folds one stored message, whatever it is: an event that does not parse, or is of a type that a
 * newer version wrote, changes no aggregate but still counts as the last of its subject.
 */
export function foldMessage(state: SystemState, message: RawMessage): ParsedEvent {
  const parsed = parseEvent(message);
  if (parsed.kind === 'event') {
    applyEvent(state, parsed.event);
    return parsed;
  }
  const address = parseSubject(message.subject);
  if (address?.family === 'process') state.fences.set(address.agentId, message.sequence);
  state.sequence = message.sequence;
  return parsed;
}
