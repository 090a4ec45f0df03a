import { type Api, InlineKeyboard, InputFile } from 'grammy';
import type { CallOutcome } from '../../core/domain/delivery/decide-delivery.ts';
import type { ButtonData } from '../../schemas/events/delivery.ts';
import type { MessagePart } from '../delivery/message-part.ts';
import { type FormattedText, joined, plain } from '../text/formatted-text.ts';
import { outcomeOfError } from './call-outcome.ts';

export interface SendOptions {
  /** What marks a message that is perhaps a repeat, where this is one. */
  mark: string | undefined;
  /** Without entities: they were refused. */
  isPlain: boolean;
}

/** Brings one part to a chat by one call. Never throws: every way it can end is an outcome. */
export async function sendPart(
  api: Api,
  chatId: string,
  part: MessagePart,
  { mark, isPlain }: SendOptions,
): Promise<CallOutcome> {
  const body = part.kind === 'text' ? part.text : part.caption;
  const marked = mark === undefined ? body : joined([plain(`${mark}\n`), body]);
  const shown: FormattedText = isPlain ? plain(marked.text) : marked;
  const keyboard = part.buttons && { reply_markup: inlineKeyboard(part.buttons) };
  try {
    const message =
      part.kind === 'text'
        ? await api.sendMessage(chatId, shown.text, {
            entities: shown.entities,
            link_preview_options: { is_disabled: true },
            ...keyboard,
          })
        : await api.sendDocument(chatId, new InputFile(part.bytes, part.name), {
            caption: shown.text,
            caption_entities: shown.entities,
            ...keyboard,
          });
    return { kind: 'taken', messageId: String(message.message_id) };
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** One button a row: choices are words, not letters. */
export function inlineKeyboard(buttons: readonly ButtonData[]): InlineKeyboard {
  return InlineKeyboard.from(buttons.map(({ text, data }) => [InlineKeyboard.text(text, data)]));
}
