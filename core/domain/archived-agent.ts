import type { Person } from '../../schemas/events/parts.ts';
import type { EndedAgent } from './agent/agent-state.ts';

/** What is kept in mind of an agent that only the log has whole (`agentFromLog`). */
export interface ArchivedAgent {
  kind: string;
  name?: string;
  owner?: Person;
  createdAt: string;
  endedAt: string;
  how: EndedAgent['end']['how'];
}

/** So many are kept in mind, the last that were archived; of those before them their number. */
export const MAX_ARCHIVED = 1_000;

/** The few fields that a list shows. */
export const summaryOf = ({
  kind,
  name,
  owner,
  createdAt,
  endedAt,
  end: { how },
}: EndedAgent): ArchivedAgent => ({
  kind,
  ...(name !== undefined && { name }),
  ...(owner && { owner }),
  createdAt,
  endedAt,
  how,
});
