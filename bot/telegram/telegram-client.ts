import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Bot } from 'grammy';
import type { Settings } from '../../schemas/settings.ts';

export interface TelegramClient {
  bot: Bot;
  /** Where files are; it holds the token. */
  fileRoot: string;
  /** Gives up every connection that stands: the next call makes a new one. */
  renew: () => void;
}

const API_ROOT = 'https://api.telegram.org';

/** A call, a long poll included, has its answer by then. */
const CALL_TIMEOUT_S = 60;

/** An idle connection is given up before the other side does so unseen. */
const IDLE_MS = 20_000;

/** grammY's client for the bot of the settings. Nothing is called yet. */
export function telegramClient(
  token: string,
  { TELEGRAM_API_ROOT: apiRoot = API_ROOT }: Pick<Settings, 'TELEGRAM_API_ROOT'>,
): TelegramClient {
  const Agent = apiRoot.startsWith('https:') ? HttpsAgent : HttpAgent;
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: IDLE_MS, timeout: IDLE_MS });
  const bot = new Bot(token, {
    client: { apiRoot, timeoutSeconds: CALL_TIMEOUT_S, baseFetchConfig: { agent, compress: true } },
  });
  return { bot, fileRoot: `${apiRoot}/file/bot${token}`, renew: () => agent.destroy() };
}
