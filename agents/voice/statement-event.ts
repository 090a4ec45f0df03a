import type { PublishableEvent } from '../../core/log/outgoing.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { agentEventId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import type { BegunCall } from './command-streams.ts';

/** What an agent states by itself, as its event has it. */
export interface Stated {
  family: 'response' | 'turn';
  name: 'answer' | 'question' | 'progress' | 'signalled' | 'ready';
  data: unknown;
}

/** A statement that begins now, under an id of its own. */
export const begin = (agentId: string, { name }: Pick<Stated, 'name'>): BegunCall => ({
  id: agentEventId(agentId, name),
  at: new Date(),
});

type SaidType = `response.${'answer' | 'question' | 'progress'}` | `turn.${'signalled' | 'ready'}`;

/** The event of an agent's statement. */
export const eventOf = (
  agentId: string,
  { family, name, data }: Stated,
  { id, at }: BegunCall,
): PublishableEvent => {
  // The two belong together; an agent does not wait for zod, so that the data is for readers to validate.
  const type = `${family}.${name}` as SaidType;
  const source = `orchestrator/agent/${agentId}`;
  return newEvent(type, { agentId }, data as DataOf<SaidType>, { id, source, now: at });
};
