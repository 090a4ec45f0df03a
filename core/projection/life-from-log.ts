import type { StoredEvent } from '../../schemas/event.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { AgentState, UnknownAgent } from '../domain/agent/agent-state.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { initialSystem } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';

/** An agent that somebody has created. */
export type KnownAgent = Exclude<AgentState, UnknownAgent>;

/**
 * An agent as its events tell it, also one that was archived or deleted, and those of them that count. Undefined where
 * nobody created it. Throws as `EventLog.read` does.
 */
export async function lifeFromLog(
  log: EventLog,
  agentId: string,
  signal?: AbortSignal,
): Promise<{ agent: KnownAgent; events: StoredEvent[] } | undefined> {
  const state = initialSystem();
  const events: StoredEvent[] = [];
  const filter = agentFilter(agentId);
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter, signal } as const;
  for await (const message of log.read(range)) {
    // That it leaves the state is all that this one says.
    if (message.subject.endsWith('.process.archived')) continue;
    const folded = foldMessage(state, message);
    if (folded.kind === 'event') events.push(folded.event);
  }
  const agent = state.agents.get(agentId);
  return agent === undefined || agent.phase === 'unknown' ? undefined : { agent, events };
}
