import type { Message } from 'grammy/types';
import { requestedDelivery, shownQuestion } from '../delivery/ledger.ts';
import { addressedText, formattedOf } from '../incoming/addressed.ts';
import type { BotContext, BotParts } from '../incoming/bot-context.ts';
import { contentKind } from '../incoming/content-kind.ts';
import { mayEndText, pieceOf } from '../incoming/fragment.ts';
import { type HeardMessage, heardMessage } from '../incoming/heard-message.ts';
import { replyTarget } from '../incoming/replied-to.ts';
import { plain } from '../text/formatted-text.ts';
import type { Courier } from './courier.ts';
import { earlierSource } from './earlier-source.ts';
import type { Fragments } from './fragments.ts';

type Question = { questionId: string; agentId: string };

/**
 * A message to the chat's agent. Resolves when it is stored, or as a piece of one is. Its id is
 * derived from the update, so a repeated update is one message.
 */
export class Talk {
  readonly #parts: BotParts;
  readonly #courier: Courier;
  readonly #fragments: Fragments;

  constructor(parts: BotParts, courier: Courier, fragments: Fragments) {
    this.#parts = parts;
    this.#courier = courier;
    this.#fragments = fragments;
  }

  readonly handle = async (context: BotContext): Promise<void> => {
    const { msg } = context;
    if (msg === undefined) return;
    if (context.editedMessage !== undefined) return this.#correct(context, msg);
    if (await this.#takeFragment(context, msg)) return;
    await this.#fragments.join(context.incoming.chatId);
    const said = addressedText(msg, context.me);
    if (said === undefined) return;
    const { incoming } = context;
    if (contentKind(msg) === 'foreign') return incoming.reply('not-text', incoming.words.onlyText);
    const question = await questionOf(context, this.#parts);
    await this.#bring(context, this.#hear(context, msg, question), question);
  };

  /** An edit is a correction, where it changes what the agent was told. */
  async #correct(context: BotContext, msg: Message): Promise<void> {
    const { incoming } = context;
    const { chatId, member } = incoming;
    await this.#fragments.join(chatId);
    // What cannot be passed on was refused when it came: a live location moves every few seconds.
    if (contentKind(msg) !== 'said' || addressedText(msg, context.me) === undefined) return;
    const question = await questionOf(context, this.#parts);
    const heard = this.#hear(context, msg, question);
    const { source } = heard;
    const agentId = question?.agentId ?? member.agents.at(-1);
    const { log } = this.#parts;
    const before = agentId && (await earlierSource(log, agentId, source.message, msg.date));
    if (before && before.content === source.content && before.file === source.file) return;
    const isSameFile = before && before.file === source.file;
    const corrected = { ...heard, text: `✏️ ${heard.text}`, ...(isSameFile && { files: [] }) };
    await this.#bring(context, corrected, question);
  }

  /** True where the message is a piece of something. */
  async #takeFragment(context: BotContext, msg: Message): Promise<boolean> {
    const { chatId, thread, userId, id } = context.incoming;
    const { length } = formattedOf(msg).text;
    const of = pieceOf(msg) ?? (mayEndText(msg) ? ({ kind: 'text' } as const) : undefined);
    if (of === undefined || contentKind(msg) !== 'said') return false;
    const piece = { of, by: userId, length, ...(thread !== undefined && { thread }) };
    const isMore = this.#fragments.isAwaited(chatId, piece);
    if (!isMore && pieceOf(msg) === undefined) return false;
    const said = addressedText(msg, context.me);
    // A text, unlike an album, cannot be addressed by what comes later.
    if (said === undefined && !isMore && of.kind !== 'album') return false;
    const question = await questionOf(context, this.#parts);
    const isOfText = isMore && of.kind === 'text';
    const addressed = said !== undefined || isOfText;
    const heard = this.#hear(context, msg, question, { isMore: isOfText });
    const files = heard.files.map(({ fileId, name, size }) => ({
      fileId,
      name,
      ...(size !== undefined && { size }),
    }));
    await this.#fragments.add(chatId, {
      ...piece,
      id,
      addressed,
      text: addressed ? heard.text : '',
      files,
      ...(question && { answers: question }),
      source: heard.source,
    });
    return true;
  }

  #hear(
    { me, incoming }: BotContext,
    msg: Message,
    question: Question | undefined,
    { isMore = false } = {},
  ): HeardMessage {
    const said = addressedText(msg, me) ?? (isMore ? formattedOf(msg) : plain(''));
    const { words } = incoming;
    const isAnswer = question !== undefined;
    return heardMessage(msg, { said, words, botId: me.id, isAnswer, isMore });
  }

  async #bring(
    { incoming }: BotContext,
    { text, files, source }: HeardMessage,
    answers: Question | undefined,
  ): Promise<void> {
    const { id, words } = incoming;
    if (text === '' && files.length === 0) return incoming.reply('not-text', words.onlyText);
    const named = files.map((file, index) => ({
      ...file,
      id: index === 0 ? id : `${id}_${index + 1}`,
    }));
    await this.#courier.bring(incoming, { text, files: named, sources: [source], answers });
  }
}

/** The question that the message replies to, and the agent that asked it: its delivery has its id. */
async function questionOf(
  { msg, me }: BotContext,
  { log }: BotParts,
): Promise<Question | undefined> {
  const original = msg && replyTarget(msg);
  if (original === undefined || original.from?.id !== me.id) return undefined;
  // A message's number is of the chat in which it stands, whatever that has become.
  const questionId = await shownQuestion(
    log,
    String(original.chat.id),
    String(original.message_id),
  );
  if (questionId === undefined) return undefined;
  const request = await requestedDelivery(log, questionId);
  const { agentId } = request ?? {};
  return agentId === undefined ? undefined : { questionId, agentId };
}
