import type { PublishableEvent } from '../../core/log/outgoing.ts';
import { agentEventId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
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

/** The event of an agent's statement. */
export const eventOf = (
  agentId: string,
  { family, name, data }: Stated,
  { id, at }: BegunCall,
): PublishableEvent => ({
  id,
  type: `${family}.${name}`,
  source: `orchestrator/agent/${agentId}`,
  time: at.toISOString(),
  subject: subjectOf({ family, agentId, name }),
  data,
});
