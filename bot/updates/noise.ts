import type { Context, NextFunction } from 'grammy';
import { contentKind } from '../incoming/content-kind.ts';

/**
 * Ends what nobody says anything by: Telegram's own notes (a pin, a timer, who came), and the moves of
 * a live location, which come as edits every few seconds.
 */
export async function noise(context: Context, next: NextFunction): Promise<void> {
  const { message, editedMessage } = context;
  if (message !== undefined && contentKind(message) === 'service') return;
  if (editedMessage !== undefined && contentKind(editedMessage) !== 'said') return;
  await next();
}
