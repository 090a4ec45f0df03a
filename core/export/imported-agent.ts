import { notResumable } from '../conversation/going-on.ts';
import type { SystemState } from '../domain/system-state.ts';
import { agentSummary } from '../views/agent-summary.ts';

export interface ImportedAgent {
  agentId: string;
  name: string;
  kind: string;
  /** With what it can be gone on with (`orchestrator resume`), in words. */
  goesOn: string;
}

/** What can be gone on with of each agent that the state has; those that were archived are not among them. Pure. */
export const allImported = (
  { agents }: SystemState,
  sessions: readonly string[],
): ImportedAgent[] =>
  [...agents.values()].flatMap((state) => {
    if (state.phase === 'unknown') return [];
    const { agentId, kind = '', names = [], ...summary } = agentSummary(state);
    const why = notResumable({ agentId, ...summary });
    const memory = sessions.includes(agentId)
      ? 'with its own session'
      : 'with a digest of what was said';
    return [
      { agentId, name: names[0] ?? '', kind, goesOn: why === undefined ? memory : `not: ${why}` },
    ];
  });
