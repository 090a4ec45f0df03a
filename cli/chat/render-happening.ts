import type { Happening } from '../../core/conversation/talk.ts';
import { noticeOf } from './notices.ts';

/** What an agent says must not steer the terminal: no control characters but these two. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

const plain = (text: string): string => text.replace(CONTROL, '');

export const dim = (text: string): string => `\x1b[2m${plain(text)}\x1b[0m`;

/** How a terminal shows what happened; undefined for what it does not show. */
export function renderHappening(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'answer':
      return plain(happening.text);
    case 'question': {
      const options = happening.options?.map((option, index) => `\n   ${index + 1}. ${option}`);
      return plain(`❓ ${happening.text}${options?.join('') ?? ''}`);
    }
    case 'turn-started':
      return dim('⏳ …');
    case 'turn-failed':
    case 'rejected':
      return plain(`❌ ${noticeOf(happening)}`);
    case 'progress':
    case 'agent-ended':
      return dim(noticeOf(happening) ?? '');
    default:
      return undefined;
  }
}
