import { sameName, tidyAgentName } from '../../schemas/agent-name.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentId } from '../../schemas/ids.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { personName } from './person.ts';

/**
 * The agent that somebody means by an id or a name: of those of a name the one that lives, else the
 * last one. Pure. Throws ORC_AGENT_NOT_FOUND, and ORC_AMBIGUOUS_NAME where several people's agents live
 * under it.
 */
export function namedAgent(agents: readonly AgentSummary[], text: string): AgentSummary {
  const name = tidyAgentName(text);
  const isMeant = ({ agentId, names = [] }: AgentSummary) =>
    isAgentId(name) ? agentId === name : names.some((each) => sameName(each, name));
  const meant = agents.filter(isMeant);
  const living = meant.filter(({ phase }) => phase !== 'ended');
  const [one, another] = living;
  if (one !== undefined && another !== undefined) {
    const ids = living.map(({ agentId, owner }) =>
      owner === undefined ? agentId : `${agentId} of ${personName(owner)}`,
    );
    const what = `Several agents are called ${JSON.stringify(name)}: ${ids.join(', ')}`;
    throw new OrchestratorError('ORC_AMBIGUOUS_NAME', what);
  }
  const found = one ?? meant.toSorted(byCreation).at(-1);
  if (found !== undefined) return found;
  throw new OrchestratorError('ORC_AGENT_NOT_FOUND', `There is no agent ${JSON.stringify(name)}`);
}

const byCreation = (a: AgentSummary, b: AgentSummary): number =>
  (a.createdAt ?? '').localeCompare(b.createdAt ?? '');

/** The name by which an agent is shown. */
export const shownAgentName = ({ names, agentId }: Pick<AgentSummary, 'names' | 'agentId'>) =>
  names?.[0] ?? agentId;
