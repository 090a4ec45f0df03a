import type { AgentState, Overflow } from '../core/domain/agent/agent-state.ts';
import { REFUSED_AT_ONCE } from '../core/domain/agent/command/command-events.ts';
import { type Overflowed, overflowedBy } from '../core/domain/agent/command/overflow.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { parseEvent } from '../schemas/parse-event.ts';
import { agentFilter } from '../schemas/subjects.ts';

/**
 * The first of the commands that an agent's state had no room for, as the log has them. Throws as
 * `EventLog.read` does, and where it has none of them.
 */
export async function overflowed(
  state: AgentState,
  overflow: Overflow,
  log: EventLog,
  signal: AbortSignal,
): Promise<Overflowed[]> {
  const { from, to } = overflow;
  const found: Overflowed[] = [];
  const filter = agentFilter(state.agentId, 'command');
  const range = { from: { sequence: from }, until: to };
  for await (const message of log.read({ stream: 'EVENTS', filter, ...range, signal })) {
    const parsed = parseEvent(message);
    const one = parsed.kind === 'event' && overflowedBy(state, overflow, parsed.event);
    if (one) found.push(one);
    if (found.length === REFUSED_AT_ONCE) return found;
  }
  if (found.length > 0) return found;
  throw new Error(`the log has none of its commands from ${from} to ${to}`);
}
