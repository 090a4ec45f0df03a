import { shownAgentName } from '../../core/conversation/named-agent.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { textTable } from '../text-table.ts';

const HEAD = ['agent', 'name', 'kind', 'phase', 'owner', 'doing', 'messages', 'until'];

/** A row an agent, with a head. */
export const agentsTable = (agents: readonly AgentSummary[]): string =>
  textTable(HEAD, agents.map(row));

function row(agent: AgentSummary): string[] {
  const { owner, orderedBy, turn, queued, end, counts } = agent;
  const waiting = queued > 0 ? ` (+${queued} waiting)` : '';
  const doing = turn ? `turn since ${turn.startedAt}${waiting}` : (end ?? `idle${waiting}`);
  return [
    agent.agentId,
    shownAgentName(agent),
    agent.kind ?? '',
    agent.deleted ? 'deleted' : agent.phase,
    [owner && `${owner.channel}/${owner.userId}`, orderedBy && `by ${orderedBy}`]
      .filter(Boolean)
      .join(' '),
    doing,
    String(counts.messages),
    agent.endedAt ?? agent.expiresAt ?? '',
  ];
}
