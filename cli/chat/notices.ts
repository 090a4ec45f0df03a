import type { AssignedAgent } from '../../core/conversation/agent-manager.ts';
import type { Happening } from '../../core/conversation/talk.ts';

/** Which agent one talks to now, and what became of the one before. */
export function agentNotice({ agentId, created, previous }: AssignedAgent): string {
  if (!created) return `still running: ${agentId}`;
  if (previous === undefined) return `started ${agentId}`;
  const history = 'its history is kept (`orchestrator events`)';
  return `${previous} of the last run has ended; ${history}; started ${agentId}`;
}

/** What happened beside answers and questions, for people; undefined for what needs no words. */
export function noticeOf(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'progress':
      return `⏳ ${happening.text}`;
    case 'turn-failed':
    case 'rejected':
      return `${happening.code}: ${happening.reason.replace(/\.$/, '')}. ${happening.cure}`;
    case 'agent-ended':
      return `${happening.agentId} has ended: ${happening.how}`;
    default:
      return undefined;
  }
}
