import { type Bot, BotError, type Context, GrammyError, HttpError } from 'grammy';
import type { Update, UserFromGetMe } from 'grammy/types';
import type { Logger } from 'pino';
import { isPassing } from '../../core/log/passing-error.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import { commands } from '../commands/commands.ts';
import type { BotContext } from '../incoming/bot-context.ts';
import type { Handled } from '../polling/chat-lanes.ts';
import { callError } from '../telegram/call-outcome.ts';
import { lineInChat } from '../words/cure-in-chat.ts';
import type { Courier } from './courier.ts';
import type { Fragments } from './fragments.ts';
import { type GateOptions, gate } from './gate.ts';
import { movedChat } from './moved-chat.ts';
import { noise } from './noise.ts';
import { press } from './press.ts';
import { stopped } from './stopped.ts';
import { Talk } from './talk.ts';

export interface UpdateHandlerOptions extends Omit<GateOptions, 'botId'> {
  bot: Bot;
  me: UserFromGetMe;
  fragments: Fragments;
  courier: Courier;
}

/** Updates one by one: through the gate, then a command, a press of a button, or a message. */
export class UpdateHandler {
  readonly #bot: Bot;
  readonly #logger: Logger;

  constructor(options: UpdateHandlerOptions) {
    const { bot, me, fragments, courier, logger, parts, rate, perMinute } = options;
    this.#bot = bot;
    this.#logger = logger;
    bot.botInfo = me;
    bot.use(movedChat(parts, logger));
    bot.use(noise);
    bot.use(gate({ parts, rate, perMinute, botId: me.id, logger }));
    // What was said before comes before.
    const before = ({ incoming }: BotContext) => fragments.join(incoming.chatId);
    const pressed = press(parts);
    bot.on(
      'callback_query:data',
      behindGate(async (context) => {
        await before(context);
        await pressed(context);
      }),
    );
    bot.on('stopped_message_generation', behindGate(stopped(parts)));
    const [command, talk] = [commands(parts, before), new Talk(parts, courier, fragments)];
    bot.on(
      ['message', 'edited_message'],
      behindGate((context) => command(context, () => talk.handle(context))),
    );
  }

  /** Resolves when everything that the update leads to is stored. Never throws. */
  readonly handle = async (update: Update): Promise<Handled> => {
    try {
      await this.#bot.handleUpdate(update);
      return 'done';
    } catch (thrown) {
      const error = thrown instanceof BotError ? thrown.error : thrown;
      const updateId = update.update_id;
      if (isPassing(error)) {
        this.#logger.warn({ err: error, updateId }, 'update waits');
        return 'again';
      }
      this.#logger.error({ ...shown(error), updateId }, 'update not handled');
      await this.#tell(thrown);
      return 'done';
    }
  };

  /** The one who wrote is told that it came to nothing. */
  async #tell(thrown: unknown): Promise<void> {
    // The gate sets it: before that there is nobody to be told.
    const context = thrown instanceof BotError ? (thrown.ctx as Partial<BotContext>) : undefined;
    const incoming = context?.incoming;
    const error = thrown instanceof BotError ? thrown.error : thrown;
    if (incoming === undefined) return;
    const { words, reply } = incoming;
    const reason = lineInChat(asOrchestratorError(error), words);
    await reply('failed', words.notHandled(reason)).catch(() => undefined);
  }
}

/** An error of a call of Telegram holds its address, and that the token. */
const shown = (error: unknown) =>
  error instanceof HttpError || error instanceof GrammyError
    ? { reason: callError(error) }
    : { err: error };

/** The gate comes first and lets nothing by without what it has found out. */
const behindGate =
  (handle: (context: BotContext) => Promise<void>) =>
  (context: Context): Promise<void> =>
    handle(context as BotContext);
