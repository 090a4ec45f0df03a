import type { Message } from 'grammy/types';
import type { Fragment } from '../../schemas/events/user.ts';
import { isToken } from '../../schemas/ids.ts';
import { replyTarget } from './replied-to.ts';

/** Characters of one message (Bot API, sendMessage). */
const MAX_UNITS = 4096;

/**
 * Telegram's clients cut a text that is too long for one message, somewhere in the second half of what
 * one holds (Telegram Desktop, `TextUtilities::CutPart`): one longer than that may go on in the next.
 */
const MAY_GO_ON = MAX_UNITS / 2;

/**
 * What a message may be a piece of, beside what it says; undefined for one that is whole. Telegram
 * says neither how many pieces there are nor which is the last.
 */
export function pieceOf(message: Message): Fragment['of'] | undefined {
  const { media_group_id: album, forward_origin, text = '' } = message;
  if (album !== undefined && isToken(album)) return { kind: 'album', id: album };
  if (forward_origin !== undefined) return { kind: 'forwards' };
  return text.length > MAY_GO_ON ? { kind: 'text' } : undefined;
}

export type Piece = Pick<Fragment, 'of' | 'by' | 'length' | 'thread'>;

/** Is the second a piece of the same thing as the one before it? Pure. */
export function goesOn(before: Piece, next: Piece): boolean {
  if (before.by !== next.by || before.thread !== next.thread) return false;
  if (before.of.kind !== next.of.kind) return false;
  switch (before.of.kind) {
    case 'album':
      return next.of.kind === 'album' && before.of.id === next.of.id;
    case 'forwards':
      return true;
    case 'text':
      return before.length > MAY_GO_ON;
  }
}

/** A short text goes on where one is waited for: not what replies, has a file, or is a command. */
export const mayEndText = (message: Message): boolean =>
  message.text !== undefined &&
  message.forward_origin === undefined &&
  replyTarget(message) === undefined &&
  message.external_reply === undefined;

/** The first thing of several that wait: pieces that go on, one in the next. Pure. */
export function firstThing<F extends Piece>(fragments: readonly F[]): F[] {
  const thing: F[] = [];
  for (const fragment of fragments) {
    const last = thing.at(-1);
    if (last !== undefined && !goesOn(last, fragment)) break;
    thing.push(fragment);
  }
  return thing;
}

/**
 * The pieces of one thing as one text. A text was cut at white space, which Telegram trims away; where
 * it had none, the message is as long as one can be. Pure.
 */
export function joinedText(fragments: readonly Pick<Fragment, 'of' | 'text' | 'length'>[]): string {
  let whole = '';
  for (const { of, text, length } of fragments) {
    if (text === '') continue;
    whole += text;
    if (of.kind !== 'text') whole += '\n\n';
    else if (length < MAX_UNITS) whole += '\n';
  }
  return whole.trimEnd();
}
