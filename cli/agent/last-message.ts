import { MAX_LAST_MESSAGE } from '../../schemas/limits.ts';

/** What the agent said last, where the notice is one that tells it; anything else is let be. */
export function lastMessageOf(notice: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(notice ?? 'null');
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const message = 'last-assistant-message' in parsed ? parsed['last-assistant-message'] : '';
    const tells = typeof message === 'string' && message !== '';
    return tells ? message.slice(0, MAX_LAST_MESSAGE) : undefined;
  } catch {
    return undefined;
  }
}
