import type { ExecutionContext } from 'ava';
import { PATIENCE_MS } from '../agents/conformance/support/patience.ts';
import { history, ofType } from '../support/history.ts';
import { orchestrator, type TestSystem } from '../support/system.ts';
import { ANN, type BotSystem } from '../support/telegram/bot-system.ts';

const FAILURE = '⚠️';

/** A person’s chat with real agents in one project, and the operator beside it. */
export class MendingChat {
  readonly #t: ExecutionContext;
  readonly #bot: BotSystem;

  constructor(t: ExecutionContext, bot: BotSystem) {
    this.#t = t;
    this.#bot = bot;
  }

  get system(): TestSystem {
    return this.#bot.system;
  }

  /** The person writes; what the bot says behind that is waited for. */
  writes(text: string): { reply(fits: RegExp): Promise<string> } {
    const { api } = this.#bot.telegram;
    const before = api.texts(ANN).length;
    api.say(ANN, text);
    return { reply: (fits) => this.#told(fits, before) };
  }

  /** The person writes, and is told what fits. */
  says(text: string, fits: RegExp): Promise<string> {
    return this.writes(text).reply(fits);
  }

  /** Rejects when the chat was told of a failure instead. */
  async #told(fits: RegExp, before: number): Promise<string> {
    const { telegram } = this.#bot;
    const find = () =>
      telegram.api
        .texts(ANN)
        .slice(before)
        .find((text) => fits.test(text) || text.startsWith(FAILURE));
    await telegram.until(() => find() !== undefined, String(fits), PATIENCE_MS);
    const found = find() ?? '';
    if (!fits.test(found)) throw new Error(`the chat was told: ${found}`);
    return found;
  }

  /** A further agent of a kind, in the project. */
  async begins(kind: string): Promise<{ name: string; agentId: string }> {
    const [, name = ''] = /^🆕 (.+) \(/.exec(await this.says(`/new ${kind} shop`, /^🆕/)) ?? [];
    const created = ofType(await history(await this.system.log()), 'command.create').at(-1);
    return { name, agentId: created?.subject.split('.')[1] ?? '' };
  }

  async operator(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await orchestrator(args, { env: this.system.env });
    this.#t.is(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }
}
