import type { ExecutionContext } from 'ava';
import { startSystem, type TestSystem } from '../system.ts';
import { startTelegram, type TelegramServer, TOKEN } from './telegram-server.ts';

/** Who may talk in these systems; the first is an admin. */
export const [ANN, BEN] = [1001, 1002];
/** Nobody whom the system knows. */
export const EVE = 6666;

export interface BotSystem {
  telegram: TelegramServer;
  system: TestSystem;
}

export const botEnvironment = (
  telegram: TelegramServer,
  own: Record<string, string> = {},
): Record<string, string> => ({
  TELEGRAM_BOT_TOKEN: TOKEN,
  TELEGRAM_API_ROOT: telegram.root,
  TELEGRAM_ALLOWED_USERS: `${ANN},${BEN}`,
  TELEGRAM_ADMIN_USERS: String(ANN),
  ...own,
});

/** `npm start` with a bot, and the Telegram that it talks to. */
export async function startBotSystem(
  t: Pick<ExecutionContext, 'teardown'>,
  own: Record<string, string> = {},
): Promise<BotSystem> {
  const telegram = await startTelegram(t);
  const system = await startSystem(t, { env: botEnvironment(telegram, own) });
  const calls = (wanted: string) =>
    telegram.api.calls.filter(({ method }) => method === wanted).length;
  await telegram.until(
    () => calls('getUpdates') > 0 && calls('setMyCommands') === 2,
    'the bot to begin',
  );
  return { telegram, system };
}
