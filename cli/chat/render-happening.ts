import type { Happening } from '../../core/conversation/talk.ts';
import { noticeOf } from './notices.ts';
import { numbered } from './open-question.ts';

/** What a terminal is to show; `dim`: beside what is said. */
export interface Shown {
  text: string;
  dim?: boolean;
}

/** How a terminal shows what happened; undefined for what it does not show. */
export function renderHappening(happening: Happening): Shown | undefined {
  switch (happening.kind) {
    case 'answer':
      return { text: happening.text };
    case 'question': {
      return { text: `❓ ${happening.text}${numbered(happening.options ?? [])}` };
    }
    case 'turn-started':
      return { text: '⏳ …', dim: true };
    case 'turn-failed':
    case 'rejected':
      return { text: `❌ ${noticeOf(happening)}` };
    case 'progress':
    case 'agent-ended':
    case 'home-due':
      return { text: noticeOf(happening) ?? '', dim: true };
    case 'agent-resumed': {
      const text = noticeOf(happening);
      return text === undefined ? undefined : { text, dim: true };
    }
    default:
      return undefined;
  }
}
