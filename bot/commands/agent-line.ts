import { shownAgentName } from '../../core/conversation/named-agent.ts';
import { formatDuration } from '../../schemas/durations.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { Words } from '../words/words.ts';

/** What an agent is doing, since when, and how long it has to live, in one line. Pure. */
export function agentLine(agent: AgentSummary, { status }: Words, now: Date): string {
  const { phase, turn, queued, expiresAt } = agent;
  const since = turn && formatDuration(Math.max(0, now.getTime() - Date.parse(turn.startedAt)));
  const ready = since === undefined ? status.idle : status.working(since);
  const doing = phase === 'ready' ? ready : status.phase(phase);
  const leftMs = expiresAt === undefined ? 0 : Date.parse(expiresAt) - now.getTime();
  const more = [
    ...(queued > 0 ? [status.queued(queued)] : []),
    ...(leftMs > 0 && phase !== 'ended' ? [status.left(formatDuration(leftMs))] : []),
  ];
  const { name, ofKind } = shownAgent(agent);
  return `**${name}**${ofKind}: ${[doing, ...more].join(', ')}`;
}

/** Its name, and its kind where the name does not tell it: `shop` and ` (claude)`. Pure. */
export function shownAgent(agent: AgentSummary): { name: string; ofKind: string } {
  const { kind = '?' } = agent;
  const name = shownAgentName(agent);
  return { name, ofKind: name.includes(kind) ? '' : ` (${kind})` };
}
