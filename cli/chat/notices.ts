import type { AssignedAgent } from '../../core/conversation/agent-client.ts';
import type { Failure, Happening } from '../../core/conversation/talk.ts';

/** Which agent one talks to now, and what became of the one before. */
export function agentNotice(assigned: AssignedAgent): string {
  const { agentId, created, previous, resumed } = assigned;
  if (resumed) return `goes on where it left off: ${agentId} (/new begins anew)`;
  if (!created) return `still running: ${agentId}`;
  if (previous === undefined) return `started ${agentId}`;
  const history = 'its history is kept (`orchestrator events`)';
  return `${previous} of the last run has ended; ${history}; started ${agentId}`;
}

/** What a newcomer is to know of the demo agent; undefined for any other kind. */
export const kindNotice = (kind: string): string | undefined =>
  kind === 'demo'
    ? 'This is the demo agent: a script that plays an example, no AI. A real one: ORCHESTRATOR_AGENT=claude npm start (docs/agents.md).'
    : undefined;

/** One answer to several messages: why, and how it can be otherwise; undefined for any other. */
export function joinedNotice(happening: Happening): string | undefined {
  const count = happening.kind === 'answer' ? happening.serves.length : 0;
  if (count < 2) return undefined;
  return `One answer to ${count} messages: they joined the turn that ran. With \`/mode wait\` each gets its own.`;
}

/** What happened beside answers and questions, for people; undefined for what needs no words. */
export function noticeOf(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'progress':
      return `⏳ ${happening.text}`;
    case 'turn-failed':
      return `${failureLine(happening)}${lastWords(happening.lastWords)}`;
    case 'rejected':
      return failureLine(happening);
    case 'agent-ended':
      return `${happening.agentId} has ended: ${happening.how}`;
    case 'agent-resumed':
      return happening.memory === 'digest'
        ? 'it has its files, and a digest of what was said: its kind takes up no session'
        : undefined;
    case 'home-due':
      return `${happening.agentId} has ended long ago: its files are removed at ${happening.removeAt}; /resume goes on with it`;
    default:
      return undefined;
  }
}

const failureLine = ({ code, reason, cure }: Failure): string =>
  `${code}: ${reason.replace(/\.$/, '')}. ${cure}`;

const lastWords = (words: string | undefined): string =>
  words === undefined ? '' : `\nThe agent did not send this itself; it said last:\n${words}`;
