import { randomBytes } from 'node:crypto';
import { toHeaders } from '../../schemas/cloud-event.ts';
import type { NewEventOf } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { block, type Publish } from './plain-client.ts';

/** An id as an agent's events have it: whatever the rule is, the attacks keep to it here. */
export const agentEventId = (agentId: string): string =>
  `${agentId}_x-${randomBytes(8).toString('hex')}`;

/** What an agent states, as its command line would. */
export function agentEvent<T extends EventType>(
  agentId: string,
  type: T,
  data: DataOf<T>,
): NewEventOf<T> {
  return {
    id: agentEventId(agentId),
    type,
    source: `orchestrator/agent/${agentId}`,
    time: new Date().toISOString(),
    subject: `agents.${agentId}.${type}`,
    data,
    // The data was typed by the type just above.
  } as NewEventOf<T>;
}

/** A well-formed answer with further lines of headers. */
export function saidWith(agentId: string, lines: readonly string[], text = 'x'): Publish {
  const event = agentEvent(agentId, 'response.answer', { text });
  const own = toHeaders(event).map(([name, value]) => `${name}: ${value}`);
  return {
    subject: event.subject,
    headers: block([...own, ...lines]),
    body: JSON.stringify(event.data),
  };
}
