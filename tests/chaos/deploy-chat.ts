import { parsePress } from '../../bot/text/button-data.ts';
import type { Shown } from '../support/telegram/bot-api.ts';
import type { TelegramServer } from '../support/telegram/telegram-server.ts';

/** A bot that is killed, and a system that starts, take their time on a busy machine. */
const PATIENCE_MS = 120_000;

const OF_A_JOB = /May deploy run\?|deploy (?:is working|is done|failed|was cancelled)/;

/** Where a deploy is, as its person sees it. */
export type Stage = 'asked for' | 'allowed' | 'told';

/** One deploy, as its chat has shown it. */
interface ShownDeploy {
  jobId: string;
  /** One, and another for each attempt to send it whose outcome nobody knows. */
  messages: Shown[];
  isProgressShown: boolean;
  shownEnd: 'done' | 'failed';
}

/** A person who asks for deploys in the chat with the bot, one after the other, and allows each. */
export class DeployChat {
  readonly deploys: ShownDeploy[] = [];
  readonly #telegram: TelegramServer;
  readonly #user: number;

  constructor(telegram: TelegramServer, user: number) {
    this.#telegram = telegram;
    this.#user = user;
  }

  /**
   * Asks, says yes by the button, and waits until its message shows the end and the agent was told.
   *
   * @param reached is told each stage of it
   */
  async deploy(number: number, reached: (stage: Stage) => void): Promise<ShownDeploy> {
    const { api } = this.#telegram;
    const before = api.chat(this.#user).length;
    const since = () => api.chat(this.#user).slice(before);
    api.say(this.#user, `orchestrator deploy --no-wait --key ${number}`);
    reached('asked for');
    const { shown, jobId, data } = await this.#until('the question', () =>
      since()
        .map(yesButton)
        .find((found) => found !== undefined),
    );
    api.press(this.#user, shown, data);
    reached('allowed');
    await this.#until('the turn that tells of the end', () =>
      since().some(({ text }) => text.includes(`told: Job deploy (${jobId})`)),
    );
    reached('told');
    const messages = () => since().filter(({ text }) => OF_A_JOB.test(text));
    const shownEnd = await this.#until('the end', () => messages().map(endOf).find(Boolean));
    const isProgressShown = messages().some((one) => one.edits.some((text) => /\d %/.test(text)));
    const deploy = { jobId, messages: messages(), isProgressShown, shownEnd };
    this.deploys.push(deploy);
    return deploy;
  }

  /** What is found, once it is. */
  async #until<T>(what: string, find: () => T | undefined | false): Promise<T> {
    let found: T | undefined | false;
    const isThere = () => {
      found = find();
      return Boolean(found);
    };
    await this.#telegram.until(isThere, what, PATIENCE_MS);
    if (found === undefined || found === false) throw new Error(`${what} was there and is not`);
    return found;
  }
}

function yesButton(shown: Shown): { shown: Shown; jobId: string; data: string } | undefined {
  for (const { data } of shown.buttons) {
    const press = parsePress(data);
    if (press?.kind === 'job' && press.what === 'yes') return { shown, jobId: press.jobId, data };
  }
  return undefined;
}

function endOf({ text }: Shown): ShownDeploy['shownEnd'] | undefined {
  if (text.includes('deploy is done')) return 'done';
  return text.includes('deploy failed') ? 'failed' : undefined;
}
