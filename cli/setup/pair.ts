import { randomInt } from 'node:crypto';
import { OrchestratorError } from '../../schemas/errors.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import type { Asker } from './asker.ts';
import type { BotApi, TelegramUser } from './bot-api.ts';

/** None that is taken for another: 0 and O, 1 and I and L. */
const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const LENGTH = 6;
const TRIES = 3;
const POLL_SECONDS = 25;

export interface Pairing {
  api: BotApi;
  asker: Asker;
  /** How long to wait for somebody to write. */
  timeoutMs: number;
  code?: () => string;
  /** Milliseconds, of a clock that only goes on. */
  now?: () => number;
}

/**
 * Finds out who may talk to the bot: it shows six characters to whoever writes to it first, and the operator
 * types what is on their own phone. A stranger who was faster has another code, which nobody types, and the
 * next who writes is asked. The Telegram id; undefined where nobody was confirmed in time.
 */
export async function pair(pairing: Pairing): Promise<string | undefined> {
  const { api, asker, timeoutMs, code = pairingCode, now = () => performance.now() } = pairing;
  const end = now() + timeoutMs;
  // What was written before is none of this: the last of it is named, and all of it is gone with that.
  let offset = ((await api.updates(-1, 0)).at(-1)?.update_id ?? -1) + 1;
  for (let tries = 0; tries < TRIES && now() < end; ) {
    const seconds = Math.min(POLL_SECONDS, Math.max(1, Math.ceil((end - now()) / 1_000)));
    const updates = await api.updates(offset, seconds);
    offset = (updates.at(-1)?.update_id ?? offset - 1) + 1;
    const writer = updates.find(({ message }) => isPerson(message))?.message?.from;
    if (writer === undefined) continue;
    tries += 1;
    const shown = code();
    await api.send(writer.id, `${shown}\n\nType this where Orchestrator is being set up.`);
    const typed = await asker.ask(`${nameOf(writer)} wrote. The code on your phone`);
    // The bot is not to take it for a message to an agent.
    await api.updates(offset, 0);
    if (typed.toUpperCase().replaceAll(/\s/g, '') === shown) {
      await api.send(writer.id, '✅ You may talk to your agents here as soon as the system runs.');
      return String(writer.id);
    }
    asker.say('That is not the code. Write to the bot again.');
  }
  return undefined;
}

const isPerson = (
  message: { from?: TelegramUser | undefined; chat: { type: string } } | undefined,
) => message?.chat.type === 'private' && message.from !== undefined && !message.from.is_bot;

function nameOf({ id, first_name = '', username }: TelegramUser): string {
  const name = username === undefined ? first_name : `${first_name} (@${username})`;
  return visibleLine(`${name.trim() || 'Somebody'}, id ${id},`);
}

export const pairingCode = (): string =>
  Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** Refuses a list of ids that is none. Throws ORC_USAGE. */
export function requireIds(text: string): string {
  if (/^-?\d{1,20}(,-?\d{1,20})*$/.test(text.replaceAll(' ', ''))) return text.replaceAll(' ', '');
  const what = `--allow ${JSON.stringify(text)}: numeric ids separated by commas, no @names`;
  throw new OrchestratorError('ORC_USAGE', what);
}
