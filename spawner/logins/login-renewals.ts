import type { Logger } from 'pino';
import { kindOf } from '../../agents/agent-kinds.ts';
import type { AgentLogins } from '../../agents/host/agent-logins.ts';
import type { LoginFile } from '../../agents/host/login-file.ts';
import type { LiveAgent } from '../../core/domain/agent/agent-state.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { within } from '../../platform/async/within.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { Settings } from '../../schemas/settings.ts';
import { FileRefused } from '../runtime/file-refused.ts';
import type { AgentProcess } from '../runtime/runtime.ts';
import { KeptLogin, type Outcome } from './kept-login.ts';

/** No login is as large. */
const MAX_BYTES = 256 * 1024;

/** An agent's step waits for it no longer; it is looked at again at the end of the next turn. */
const PATIENCE_MS = 5_000;

export interface LoginRenewalsOptions {
  logins: AgentLogins;
  /** Whose agents may renew a login: {@link Settings} ORCHESTRATOR_LOGIN_RENEWAL. */
  renewal: Settings['ORCHESTRATOR_LOGIN_RENEWAL'];
  /** Of Telegram, by number: operators beside those at the terminal. */
  admins: readonly string[];
  logger: Logger;
}

/**
 * Writes a login that an agent's CLI has renewed back to where the agent got it, so that the next agent
 * gets that one: a provider takes the older one's refresh token no more. An agent's home is the agent's;
 * so of what stands there only a renewal of the very login that it was given is taken
 * (docs/decisions/0083-renewed-logins.md).
 */
export class LoginRenewals {
  readonly #options: LoginRenewalsOptions;
  readonly #queue = new SerialQueue();
  /** By run, why its login was refused last: the same is said once. */
  readonly #refused = new Map<string, string>();

  constructor(options: LoginRenewalsOptions) {
    this.#options = options;
  }

  /** To be called at the end of each turn. Never rejects. */
  async look(state: LiveAgent, process: AgentProcess | undefined): Promise<void> {
    const login = kindOf(state.kind)?.login?.renewed;
    if (login === undefined || process === undefined) return;
    if (this.#options.renewal === 'off') return;
    const { agentId, kind } = state;
    try {
      const late = () => new Error('it takes too long');
      const outcome = await within(PATIENCE_MS, this.#look(state, process, login), late);
      this.#say(state, outcome);
    } catch (error) {
      // An error of the system names the path, and never what is in it.
      this.#options.logger.warn({ err: error, agentId, kind }, 'its login could not be kept');
    }
  }

  /** To be called at the end of a run, before anything of it is removed. Never rejects. */
  async lookLast(state: LiveAgent, process: AgentProcess | undefined): Promise<void> {
    await this.look(state, process);
    this.#refused.delete(state.run.runId);
  }

  async #look(state: LiveAgent, process: AgentProcess, login: LoginFile): Promise<Outcome> {
    const { logins } = this.#options;
    const { folder, whose } = await logins.folderOf(state.kind, state.owner);
    if (!this.#mayRenew(whose, state.owner)) return { is: 'old' };
    const content = await copyOf(process, login);
    if (typeof content !== 'string') return content;
    const copy = { content, givenAt: Date.parse(state.run.startedAt) };
    const kept = new KeptLogin(logins.folder, folder, login);
    return this.#queue.run(() => kept.renew(copy, Date.now()));
  }

  /** A user's own folder serves that user's agents alone. */
  #mayRenew(whose: 'user' | 'system', owner: Person | undefined): boolean {
    const { renewal, admins } = this.#options;
    if (whose === 'user' || renewal === 'shared' || owner === undefined) return true;
    const { channel, userId } = owner;
    return channel === 'terminal' || (channel === 'telegram' && admins.includes(userId));
  }

  #say({ agentId, kind, run }: LiveAgent, outcome: Outcome): void {
    const { logger } = this.#options;
    if (outcome.is === 'written') logger.info({ agentId, kind }, 'its renewed login is kept');
    if (outcome.is !== 'refused' || this.#refused.get(run.runId) === outcome.why) return;
    this.#refused.set(run.runId, outcome.why);
    logger.warn({ agentId, kind, why: outcome.why }, 'its login is not taken over');
  }
}

async function copyOf(process: AgentProcess, login: LoginFile): Promise<string | Outcome> {
  try {
    const bytes = await process.readFile(login.path, MAX_BYTES);
    return bytes === undefined ? { is: 'old' } : Buffer.from(bytes).toString();
  } catch (error) {
    if (error instanceof FileRefused) return { is: 'refused', why: error.message };
    throw error;
  }
}
