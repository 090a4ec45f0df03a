import type { Address } from './subjects.ts';

/** What an agent says of its turns; the spawner states the rest of that family. */
const SAID_OF_TURNS: ReadonlySet<string> = new Set(['signalled', 'ready']);

/**
 * The agent whose word stands at an address, and undefined for what only services state. The broker
 * permits subjects, so the subject alone tells who speaks: whoever has published there, it is taken
 * for no more than what that agent says of itself.
 */
export function speakerAt(address: Address | undefined): string | undefined {
  switch (address?.family) {
    case 'response':
    case 'tool':
      return address.agentId;
    case 'turn':
      return SAID_OF_TURNS.has(address.name) ? address.agentId : undefined;
    default:
      return undefined;
  }
}
