import { retry } from '../../platform/async/retry.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { AgentSummary, ViewRequest } from '../../schemas/views.ts';
import type { Views } from './views.ts';

/** Which agents are wanted, as the view takes it. */
export type AgentsWanted = Omit<ViewRequest<'agents'>, 'after' | 'limit'>;

/** The phases of those that live, or are to. */
export const LIVING: AgentSummary['phase'][] = ['requested', 'starting', 'ready', 'stopping'];

/**
 * The agents that were archived, in the order in which they were, page by page: they are read from
 * the disk of who serves them, and are as many as ever were. That list is made from the log where it is
 * not there, which may take longer than one request waits: it is asked for again, each page for
 * `timeoutMs` at most.
 */
export async function* archivedAgents(
  views: Views,
  wanted: Pick<AgentsWanted, 'owner' | 'kind'>,
  options: { timeoutMs: number },
): AsyncGenerator<AgentSummary> {
  let after: number | undefined;
  const patience = { isPassing: isNotServedYet, patienceMs: options.timeoutMs };
  do {
    const page = () => views.request('archived', { ...wanted, after }, options);
    const { agents, next } = await retry(page, patience);
    yield* agents;
    after = next;
  } while (after !== undefined);
}

const isNotServedYet = (error: unknown): boolean =>
  error instanceof OrchestratorError && error.code === 'ORC_TIMED_OUT';

/**
 * The agents that are wanted, asked for page by page, in the order in which they came, each once. Each page
 * is as of its own moment: who ends meanwhile may be shown as before.
 *
 * @example
 * const living = await allAgents(views, { phases: LIVING }, { timeoutMs: 5_000 });
 */
export async function allAgents(
  views: Views,
  wanted: AgentsWanted,
  options: { timeoutMs: number },
): Promise<AgentSummary[]> {
  const found = new Map<string, AgentSummary>();
  let after: string | undefined;
  do {
    const { agents, next } = await views.request('agents', { ...wanted, after }, options);
    // Where the last one of a page is gone by the next, that begins anew.
    for (const agent of agents) found.set(agent.agentId, agent);
    after = next;
  } while (after !== undefined);
  const { phases } = wanted;
  // Views of an older version do not filter by phase.
  return [...found.values()].filter(({ phase }) => phases === undefined || phases.includes(phase));
}
