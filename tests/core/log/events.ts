import type { NewEventOf } from '../../../schemas/event.ts';

export const AGENT = 'agent-0123456789ab';

/** An answer of {@link AGENT}. */
export function answer(id: string, text = 'hello', agentId = AGENT): NewEventOf<'response.answer'> {
  return {
    id,
    type: 'response.answer',
    source: `orchestrator/agent/${agentId}`,
    time: '2026-01-04T15:30:45.000Z',
    subject: `agents.${agentId}.response.answer`,
    data: { text },
  };
}

/** A message to {@link AGENT}: what services state, on the subjects of EVENTS. */
export function message(id: string, text = 'hello', agentId = AGENT): NewEventOf<'command.send'> {
  return {
    id,
    type: 'command.send',
    source: 'orchestrator/test',
    time: '2026-01-04T15:30:45.000Z',
    subject: `agents.${agentId}.command.send`,
    data: { text, mode: 'join' },
  };
}

/** An id that an agent may give to what it says. */
export const idOf = (name: string, agentId = AGENT): string => `${agentId}_${name}`;

/** An answer as an agent may give it: its id is `idOf(name)`. */
export const said = (name: string, text = 'hello', agentId = AGENT) =>
  answer(idOf(name, agentId), text, agentId);

/** A whole second that is at least half of one away. */
export const nextSecond = (): Date => new Date(Math.ceil((Date.now() + 500) / 1000) * 1000);

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
