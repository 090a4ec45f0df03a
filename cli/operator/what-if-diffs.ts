import type { TurnSide } from '../../core/conversation/turn-side.ts';
import type { WhatIfComparison } from '../../core/operator/compare-what-if.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { WORK_MS } from '../../core/operator/work-request.ts';
import { askProject } from '../../platform/service/projects-client.ts';
import type { OperatorContext } from './operator-context.ts';

export interface WhatIfDiffs {
  recorded: string;
  tried: string;
}

/** What each of the two turns has changed, as its project keeps it. Throws as asking a spawner for work does. */
export async function diffsOf(
  { of, recorded, tried }: WhatIfComparison,
  { connection, views }: OperatorContext,
  timeoutMs: number,
): Promise<WhatIfDiffs> {
  const { projectId } = await knownAgent(views, of.agentId, timeoutMs);
  const diff = async ({ files }: TurnSide) => {
    if (projectId === undefined || files === undefined) return 'nothing is kept of its files\n';
    const request = { projectId, snapshot: files.commit };
    const answer = await askProject(connection.nc, 'diff', request, Math.max(timeoutMs, WORK_MS));
    return answer.truncated ? `${answer.diff}\nThere is more: it is cut.\n` : answer.diff;
  };
  return { recorded: await diff(recorded), tried: await diff(tried) };
}
