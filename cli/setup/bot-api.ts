import { z } from 'zod';
import { OrchestratorError } from '../../schemas/errors.ts';

const answer = z.object({
  ok: z.boolean(),
  result: z.unknown(),
  description: z.string().optional(),
});

const user = z.object({
  id: z.number(),
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  username: z.string().optional(),
});

const update = z.object({
  update_id: z.number(),
  message: z.object({ from: user.optional(), chat: z.object({ type: z.string() }) }).optional(),
});

export type TelegramUser = z.infer<typeof user>;

const PUBLIC = 'https://api.telegram.org';
const CALL_MS = 15_000;

/**
 * The four calls of the Telegram Bot API that setting a bot up takes. The bot itself has grammY, which
 * every command of an operator would pay for here.
 */
export class BotApi {
  readonly #root: string;

  constructor(token: string, root: string = PUBLIC) {
    this.#root = `${root.replace(/\/+$/, '')}/bot${token}`;
  }

  /** Throws ORC_TELEGRAM where the token is none of a bot. */
  async me(): Promise<TelegramUser> {
    return user.parse(await this.#call('getMe', {}));
  }

  /** What people wrote since the last call, which is then heard by nobody else. */
  async updates(offset: number, waitSeconds: number) {
    const wanted = { offset, timeout: waitSeconds, allowed_updates: ['message'] };
    const found = await this.#call('getUpdates', wanted, waitSeconds * 1_000);
    return z.array(update).parse(found);
  }

  async send(chatId: number, text: string): Promise<void> {
    await this.#call('sendMessage', { chat_id: chatId, text });
  }

  /** Neither the token nor its address is ever part of what is thrown. */
  async #call(method: string, body: object, moreMs = 0): Promise<unknown> {
    const refused = (why: string) => new OrchestratorError('ORC_TELEGRAM', `${method}: ${why}`);
    let response: Response;
    try {
      response = await fetch(`${this.#root}/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(CALL_MS + moreMs),
      });
    } catch (error) {
      const { cause } = error as Error; // fetch throws nothing else.
      throw refused(
        `Telegram is not reached${cause instanceof Error ? ` (${cause.message})` : ''}`,
      );
    }
    const parsed = answer.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) throw refused(`no answer of Telegram (HTTP ${response.status})`);
    if (!parsed.data.ok) throw refused(parsed.data.description ?? `HTTP ${response.status}`);
    return parsed.data.result;
  }
}
