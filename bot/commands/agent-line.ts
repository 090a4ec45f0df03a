import { formatDuration } from '../../schemas/durations.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { Words } from '../words/words.ts';

/** What an agent is doing, since when, and how long it has to live, in one line. Pure. */
export function agentLine(agent: AgentSummary, { status }: Words, now: Date): string {
  const { phase, turn, queued, kind = '?', expiresAt } = agent;
  const since = turn && formatDuration(Math.max(0, now.getTime() - Date.parse(turn.startedAt)));
  const ready = since === undefined ? status.idle : status.working(since);
  const doing = phase === 'ready' ? ready : status.phase(phase);
  const leftMs = expiresAt === undefined ? 0 : Date.parse(expiresAt) - now.getTime();
  const more = [
    ...(queued > 0 ? [status.queued(queued)] : []),
    ...(leftMs > 0 && phase !== 'ended' ? [status.left(formatDuration(leftMs))] : []),
  ];
  return `\`${agent.agentId}\` (${kind}): ${[doing, ...more].join(', ')}`;
}
