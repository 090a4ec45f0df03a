import { setTimeout as delay } from 'node:timers/promises';
import type { Update } from 'grammy/types';

const RETRY_MS = 300;

/** What happened to an update: `again` where it could not be stored, and must not be forgotten. */
export type Handled = 'done' | 'again';

export type HandleUpdate = (update: Update) => Promise<Handled>;

/**
 * Handles a batch: one after the other in each chat, chats beside each other; what cannot be stored
 * is tried until it can. Resolves with the id of the first update that is not done, for only what is
 * before it may be forgotten by Telegram: undefined where all are done, which only `signal` prevents.
 */
export async function handleInOrder(
  updates: readonly Update[],
  handle: HandleUpdate,
  signal: AbortSignal,
): Promise<number | undefined> {
  const left = new Set(updates.map(({ update_id }) => update_id));
  const chats = Map.groupBy(updates, chatOf);
  const handleChat = async (ofChat: readonly Update[]) => {
    for (const update of ofChat) {
      while ((await handle(update)) === 'again') {
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
      }
      left.delete(update.update_id);
    }
  };
  await Promise.all([...chats.values()].map(handleChat));
  return left.size === 0 ? undefined : Math.min(...left);
}

/** What is of no chat is in order with what is of none. */
export const chatOf = (update: Update): number =>
  (update.message ?? update.edited_message ?? update.callback_query?.message)?.chat.id ?? 0;
