import { defaultAgentName, isAgentName, sameName } from '../../schemas/agent-name.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { AgentWish } from './agent-client.ts';

/**
 * The name that a new agent gets beside those that live of the same owner: the one that was asked for, else
 * one that is free; undefined where its kind is none. Pure. Throws ORC_NAME_TAKEN.
 */
export function nameFor(
  { kind, name }: Pick<AgentWish, 'kind' | 'name'>,
  others: readonly Pick<AgentSummary, 'names'>[],
): string | undefined {
  const taken = others.flatMap(({ names = [] }) => names);
  if (name === undefined) {
    const free = defaultAgentName(kind, taken);
    return isAgentName(free) ? free : undefined;
  }
  if (!taken.some((each) => sameName(each, name))) return name;
  const what = `There is an agent ${JSON.stringify(name)} already`;
  throw new OrchestratorError('ORC_NAME_TAKEN', what);
}
