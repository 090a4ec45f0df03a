import { type Api, GrammyError, InlineKeyboard, InputFile } from 'grammy';
import type { CallOutcome } from '../../core/domain/delivery/decide-delivery.ts';
import type { ButtonData, CallPiece } from '../../schemas/events/delivery.ts';
import { inThread } from '../delivery/chat-place.ts';
import { type MessagePart, withoutEntities } from '../delivery/message-part.ts';
import { joined, plain } from '../text/formatted-text.ts';
import { outcomeOfError } from './call-outcome.ts';

export interface SendOptions {
  /** What marks a message that is perhaps a repeat, where this is one. */
  mark?: string | undefined;
  /** The topic of a forum; the chat's general one without. */
  thread?: string | undefined;
  /** What was refused before. */
  without?: readonly CallPiece[];
}

/** Brings one part to a chat by one call. Never throws: every way it can end is an outcome. */
export async function sendPart(
  api: Api,
  chatId: string,
  part: MessagePart,
  { mark, thread, without = [] }: SendOptions,
): Promise<CallOutcome> {
  const shown = without.includes('entities') ? withoutEntities(part) : part;
  const where = inThread(without.includes('thread') ? undefined : thread);
  const call = (chat: string | number) => callWith(api, chat, marked(shown, mark), where);
  try {
    return await call(chatId);
  } catch (error) {
    // The group has become a supergroup, which has another id.
    const moved = error instanceof GrammyError && error.parameters.migrate_to_chat_id;
    if (!moved) return outcomeOfError(error);
    return await call(moved).catch(outcomeOfError);
  }
}

function marked(part: MessagePart, mark: string | undefined): MessagePart {
  if (mark === undefined) return part;
  const before = plain(`${mark}\n`);
  return part.kind === 'text'
    ? { ...part, text: joined([before, part.text]) }
    : { ...part, caption: joined([before, part.caption]) };
}

async function callWith(
  api: Api,
  chatId: string | number,
  part: MessagePart,
  where: { message_thread_id?: number },
): Promise<CallOutcome> {
  const keyboard = part.buttons && { reply_markup: inlineKeyboard(part.buttons) };
  const also = { ...where, ...keyboard };
  if (part.kind === 'text') {
    const { text, entities } = part.text;
    const preview = { link_preview_options: { is_disabled: true } };
    return taken(await api.sendMessage(chatId, text, { entities, ...preview, ...also }));
  }
  const { text: caption, entities } = part.caption;
  const file = new InputFile(part.bytes, part.name);
  return taken(
    await api.sendDocument(chatId, file, { caption, caption_entities: entities, ...also }),
  );
}

const taken = (message: { message_id: number }): CallOutcome => ({
  kind: 'taken',
  messageId: String(message.message_id),
});

/** One button a row: choices are words, not letters. */
export function inlineKeyboard(buttons: readonly ButtonData[]): InlineKeyboard {
  return InlineKeyboard.from(buttons.map(({ text, data }) => [InlineKeyboard.text(text, data)]));
}
