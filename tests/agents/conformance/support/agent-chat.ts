import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { dataPaths } from '../../../../platform/service/data-paths.ts';
import { ModelServer } from '../../../support/model-server/model-server.ts';
import { processes } from '../../../support/process-tree.ts';
import type { Shown } from '../../../support/telegram/bot-api.ts';
import { ANN, type BotSystem, startBotSystem } from '../../../support/telegram/bot-system.ts';
import { type AgentKind, PLANTED_KEY } from './agent-kinds.ts';
import { PATIENCE_MS } from './patience.ts';

const FAILURE = '⚠️';

/** What one message of the bot is waited for by. */
type Fits = (shown: Shown) => boolean;

/** One user's chat with a whole system that has several kinds of agents. */
export class AgentChat {
  readonly model: ModelServer;
  readonly #bot: BotSystem;
  /** What the user wrote and was told since the last transcript. */
  #lines: (string | Shown)[] = [];
  #told = 0;

  constructor(model: ModelServer, bot: BotSystem) {
    this.model = model;
    this.#bot = bot;
  }

  /** The user writes, and is told what fits. */
  async say(text: string, fits: Fits): Promise<Shown> {
    this.#lines.push(text);
    this.#bot.telegram.api.say(ANN, text);
    return this.told(fits);
  }

  /** The user presses a button, the message shows it, and the user is told what fits. */
  async press(shown: Shown, label: string, fits: Fits): Promise<Shown> {
    const { telegram } = this.#bot;
    const button = shown.buttons.find(({ text }) => text === label);
    if (button === undefined) throw new Error(`there is no button ${label}`);
    this.#lines.push(`(${label})`);
    telegram.api.press(ANN, shown, button.data);
    const told = await this.told(fits);
    await telegram.until(() => shown.buttons.length === 0, 'the press to be shown');
    return told;
  }

  /** Resolves when the bot has said what fits; rejects when it says that something failed. */
  async told(fits: Fits): Promise<Shown> {
    const { telegram } = this.#bot;
    const untold = () =>
      telegram.api.shown.filter(({ chatId }) => chatId === String(ANN)).slice(this.#told);
    const isLast: Fits = (shown) => fits(shown) || shown.text.startsWith(FAILURE);
    await telegram.until(() => untold().some(isLast), 'a message of the bot', PATIENCE_MS);
    const found = untold().slice(0, untold().findIndex(isLast) + 1);
    this.#told += found.length;
    this.#lines.push(...found);
    const last = found.at(-1);
    if (last === undefined || !fits(last)) throw new Error(`the chat was told: ${last?.text}`);
    return last;
  }

  /** The chat since the last transcript as its user saw it, without the names of agent and kind. */
  transcript({ kind }: AgentKind): unknown[] {
    const own = (text: string) =>
      text.replaceAll(/agent-[0-9a-f]{12}/g, 'AGENT').replaceAll(kind, 'KIND');
    const lines = this.#lines.map((line) => {
      if (typeof line === 'string') return own(line);
      const { text, entities, buttons, edits, deleted } = line;
      const looks = { entities: entities.map(({ type }) => type), edits: edits.map(own), deleted };
      return { text: own(text), buttons: buttons.map((button) => button.text), ...looks };
    });
    this.#lines = [];
    return lines;
  }

  /** Where the planted key can be read: in no event, log line, call or command line. */
  async leaks(): Promise<string[]> {
    const { system, telegram } = this.#bot;
    const log = await system.log();
    const places = new Map<string, string>();
    for (const stream of ['EVENTS', 'LOGS'] as const) {
      for await (const { subject, sequence, payload } of log.read({
        stream,
        from: { sequence: 1 },
      })) {
        places.set(`${stream} ${sequence} ${subject}`, Buffer.from(payload).toString());
      }
    }
    places.set('the system.log', await readFile(dataPaths(system.dataDir).systemLog, 'utf8'));
    places.set('the calls of Telegram', JSON.stringify(telegram.api.calls));
    for (const { pid, command } of processes()) places.set(`process ${pid}`, command);
    return [...places].filter(([, text]) => text.includes(PLANTED_KEY)).map(([place]) => place);
  }
}

/** Starts a system whose agents are logged in at a model of its own, and opens a chat with it. */
export async function openChat(
  t: ExecutionContext,
  kinds: readonly AgentKind[],
  own: Record<string, string> = {},
  files: Record<string, string> = {},
): Promise<AgentChat> {
  const model = await ModelServer.start(t);
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-logins-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const logins = kinds.map((kind) => kind.environment(model.url, folder));
  const bot = await startBotSystem(t, {
    ORCHESTRATOR_CREDENTIALS_DIR: folder,
    ...Object.assign({}, ...logins),
    ...own,
  });
  return new AgentChat(model, bot);
}
