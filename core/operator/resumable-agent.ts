import { requireResumable } from '../conversation/going-on.ts';
import type { Views } from '../conversation/views.ts';
import { knownAgent } from './known-agent.ts';

/**
 * The agent of an id or a name, archived or not, and whether it lives, so that there is nothing to resume.
 * Throws ORC_NOT_RESUMABLE, and as {@link knownAgent} does.
 */
export async function resumableAgent(
  views: Views,
  agent: string,
  timeoutMs: number,
): Promise<{ agentId: string; lives: boolean }> {
  const { agentId } = await knownAgent(views, agent, timeoutMs);
  const { agent: known } = await views.request('agent', { agentId }, { timeoutMs });
  const lives = known.phase !== 'ended' && known.phase !== 'stopping';
  if (!lives) requireResumable(known);
  return { agentId, lives };
}
