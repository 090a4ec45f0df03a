import type { UserFromGetMe } from 'grammy/types';
import type { Logger } from 'pino';
import type { LogConnection } from '../../core/log/connection.ts';
import type { Health } from '../../platform/service/health.ts';
import type { Settings } from '../../schemas/settings.ts';
import { setCommands } from '../commands/commands.ts';
import type { BotParts } from '../incoming/bot-context.ts';
import { RateLimit } from '../people/rate-limit.ts';
import { UpdatePoller, type UpdatePollerOptions } from '../polling/update-poller.ts';
import { WebhookServer } from '../polling/webhook-server.ts';
import { callError } from '../telegram/call-outcome.ts';
import type { TelegramClient } from '../telegram/telegram-client.ts';
import { untilAnswered } from '../telegram/until-answered.ts';
import { Courier } from './courier.ts';
import { Fragments } from './fragments.ts';
import { IncomingFiles } from './incoming-files.ts';
import { UpdateHandler } from './update-handler.ts';

export interface UpdatesOptions {
  client: TelegramClient;
  connection: LogConnection;
  parts: BotParts;
  settings: Settings;
  logger: Logger;
  health: Health;
  /** Says where the system was started what an operator has to do. */
  notice: (line: string) => void;
}

/** What both ways of hearing Telegram need. */
type Common = Pick<UpdatePollerOptions, 'api' | 'handle' | 'logger' | 'health'>;

/** What people write, from Telegram to the log: by long polling, or by a webhook where one is set. */
export class Updates {
  readonly #options: UpdatesOptions;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /** Waits for Telegram as long as it takes; ends when the signal aborts, with what is in hand done. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, connection, parts, settings, logger, health } = this.#options;
    const { bot, fileRoot, renew } = client;
    const { api } = bot;
    const me = await this.#me(signal);
    if (me === undefined) return;
    logger.info({ username: me.username, botId: me.id }, 'Telegram knows the bot');
    void setCommands(api, signal).catch((error: unknown) => {
      logger.warn({ reason: callError(error) }, 'the menu of commands is not set');
    });
    const perMinute = settings.TELEGRAM_RATE_LIMIT;
    const courier = new Courier(parts, new IncomingFiles({ api, connection, fileRoot }));
    const fragments = new Fragments({ parts, courier, logger, signal });
    const rate = new RateLimit(perMinute);
    const options = { bot, me, fragments, courier, logger, parts, rate, perMinute };
    const { handle } = new UpdateHandler(options);
    fragments.start();
    await this.#hear({ api, handle, logger, health }, renew, signal);
    await fragments.idle();
  }

  async #hear(common: Common, renew: () => void, signal: AbortSignal): Promise<void> {
    const { settings } = this.#options;
    const url = settings.TELEGRAM_WEBHOOK_URL;
    if (url === undefined) return new UpdatePoller({ ...common, renew }).run(signal);
    await this.#serve(new WebhookServer({ ...common, url, ...webhookSettings(settings) }), signal);
  }

  async #serve(server: WebhookServer, signal: AbortSignal): Promise<void> {
    await server.start();
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    await server.stop();
  }

  /** Who the bot is, asked until Telegram says so. */
  async #me(signal: AbortSignal): Promise<UserFromGetMe | undefined> {
    const { client, logger, health, notice } = this.#options;
    const ask = () => client.bot.api.getMe();
    const me = await untilAnswered(ask, { health, logger, part: 'telegram', signal, notice });
    if (me !== undefined) health.report('telegram', true, `knows the bot as @${me.username}`);
    return me;
  }
}

const webhookSettings = (settings: Settings) => ({
  host: settings.TELEGRAM_WEBHOOK_HOST,
  port: settings.TELEGRAM_WEBHOOK_PORT,
  secret: settings.TELEGRAM_WEBHOOK_SECRET,
});
