import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Api } from 'grammy';
import type { Update } from 'grammy/types';
import type { Logger } from 'pino';
import type { Health } from '../../platform/service/health.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { untilAnswered } from '../telegram/until-answered.ts';
import { chatOf, type HandleUpdate } from './chat-lanes.ts';
import { ALLOWED_UPDATES } from './update-kinds.ts';

export interface WebhookServerOptions {
  api: Api;
  handle: HandleUpdate;
  logger: Logger;
  health: Health;
  /** Where Telegram reaches it. */
  url: string;
  host: string;
  port: number;
  /** A random one without. */
  secret?: string | undefined;
}

const MAX_BYTES = 1024 * 1024;
const PART = 'telegram webhook';
const [FORBIDDEN, TOO_LARGE, BAD_REQUEST, LATER, DONE] = [403, 413, 400, 503, 200] as const;

/**
 * Takes updates that Telegram brings. One is answered with 200 when it is stored, with 503 where it
 * cannot be: then Telegram brings it again. What does not show the secret is refused unread; by
 * which host it was asked does not matter then, for a page that leads here does not know it.
 */
export class WebhookServer {
  readonly #options: WebhookServerOptions;
  readonly #secret: string;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** The last update of each chat, for the order. */
  readonly #chats = new Map<number, Promise<unknown>>();
  readonly #end = new AbortController();
  #announced: Promise<void> = Promise.resolve();

  constructor(options: WebhookServerOptions) {
    this.#options = options;
    this.#secret = options.secret ?? randomBytes(32).toString('hex');
  }

  /** Listens, and tells Telegram so for as long as it takes. Throws ORC_PORT_IN_USE. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause) => {
        const what = `Port ${port} of the webhook cannot be used: ${cause.message}`;
        reject(new OrchestratorError('ORC_PORT_IN_USE', what, { cause }));
      });
      this.#server.listen(port, host, resolve);
    });
    this.#announced = this.#announce();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#announced;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    await Promise.all(this.#chats.values());
    this.#server.closeAllConnections();
    await closed;
  }

  async #announce(): Promise<void> {
    const { api, url, health, logger } = this.#options;
    const set = () =>
      api.setWebhook(url, {
        secret_token: this.#secret,
        allowed_updates: ALLOWED_UPDATES,
        drop_pending_updates: false,
      });
    const { signal } = this.#end;
    const done = await untilAnswered(set, { health, logger, part: PART, signal });
    if (done !== undefined) health.report(PART, true, 'Telegram brings updates');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = await this.#receive(request).catch(() => BAD_REQUEST);
    response.writeHead(status, { connection: status === DONE ? 'keep-alive' : 'close' }).end();
  }

  async #receive(request: IncomingMessage): Promise<number> {
    if (!this.#isTelegram(request)) return FORBIDDEN;
    const body = await bodyOf(request);
    if (body === undefined) return TOO_LARGE;
    // Whoever knows the secret is Telegram: this is its Update.
    const update = JSON.parse(body) as Update;
    if (!Number.isInteger(update.update_id)) return BAD_REQUEST;
    return (await this.#inOrder(update)) === 'done' ? DONE : LATER;
  }

  #isTelegram({ method, headers }: IncomingMessage): boolean {
    const shown = Buffer.from(String(headers['x-telegram-bot-api-secret-token'] ?? ''));
    const secret = Buffer.from(this.#secret);
    return method === 'POST' && shown.length === secret.length && timingSafeEqual(shown, secret);
  }

  #inOrder(update: Update) {
    const chatId = chatOf(update);
    const before = this.#chats.get(chatId) ?? Promise.resolve();
    const handled = before.then(() => this.#options.handle(update));
    this.#chats.set(chatId, handled);
    void handled.finally(() => {
      if (this.#chats.get(chatId) === handled) this.#chats.delete(chatId);
    });
    return handled;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
