import type { BotContext, BotParts } from '../incoming/bot-context.ts';

/** What a command does; `argument` is what stands behind it. */
export type BotCommand = (context: BotContext, parts: BotParts, argument: string) => Promise<void>;

export const VIEW_TIMEOUT_MS = 5_000;
