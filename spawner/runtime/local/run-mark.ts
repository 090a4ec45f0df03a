import { join, relative, sep } from 'node:path';

/**
 * The variable in the environment of everything that belongs to a run. It is inherited, so what an
 * agent has started is found by it wherever it went (docs/decisions/0045-ended-means-ended.md).
 */
export const RUN_MARK = 'ORCHESTRATOR_RUN';

/**
 * Its value: the run's folder, which no other run of this machine has.
 * @param agents the agents' folder, without symbolic links
 */
export const markOf = (agents: string, agentId: string, runId: string): string =>
  join(agents, agentId, 'runs', runId);

/** The run that a mark names; undefined where it is none of this folder. */
export function runOfMark(
  agents: string,
  mark: string,
): { agentId: string; runId: string } | undefined {
  const [agentId = '', runs, runId = '', ...more] = relative(agents, mark).split(sep);
  const isOwn = runs === 'runs' && more.length === 0 && markOf(agents, agentId, runId) === mark;
  return isOwn ? { agentId, runId } : undefined;
}
