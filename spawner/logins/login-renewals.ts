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
import { KeptLogin, type LoginCopy, type Outcome } from './kept-login.ts';

/** No login is as large. */
const MAX_BYTES = 256 * 1024;

/** An agent's step waits for it no longer; it is looked at again at the end of the next turn. */
const PATIENCE_MS = 5_000;

/** An agent that runs here. */
export interface RunningAgent {
  state: LiveAgent;
  process: AgentProcess;
}

export interface LoginRenewalsOptions {
  /** Those that may have a copy of the same login. */
  running: () => Iterable<RunningAgent>;
  logins: AgentLogins;
  /** Whose agents may renew a login: {@link Settings} ORCHESTRATOR_LOGIN_RENEWAL. */
  renewal: Settings['ORCHESTRATOR_LOGIN_RENEWAL'];
  /** Of Telegram, by number: operators beside those at the terminal. */
  admins: readonly string[];
  logger: Logger;
}

/**
 * Writes a login that an agent's CLI has renewed back to where the agent got it, so that the next agent
 * gets that one, and gives it to those that run and have an older copy: a provider takes the older one's
 * refresh token no more. An agent's home is the agent's; so of what stands there only a renewal of the
 * very login that it was given is taken
 * (docs/decisions/0083-renewed-logins.md).
 */
export class LoginRenewals {
  readonly #options: LoginRenewalsOptions;
  readonly #queue = new SerialQueue();
  /** Why the login of a process was refused last: the same is said once. */
  readonly #refused = new WeakMap<AgentProcess, string>();

  constructor(options: LoginRenewalsOptions) {
    this.#options = options;
  }

  /**
   * To be called at the end of each turn, and of a run, before anything of it is removed. Never rejects.
   */
  async look(state: LiveAgent, process: AgentProcess | undefined): Promise<void> {
    const login = kindOf(state.kind)?.login?.renewed;
    if (login === undefined || process === undefined) return;
    if (this.#options.renewal === 'off') return;
    const { agentId, kind } = state;
    try {
      const late = () => new Error('it takes too long');
      const work = this.#look({ state, process }, login);
      this.#say({ state, process }, await within(PATIENCE_MS, work, late));
    } catch (error) {
      // An error of the system names the path, and never what is in it.
      this.#options.logger.warn({ err: error, agentId, kind }, 'its login could not be kept');
    }
  }

  async #look(agent: RunningAgent, login: LoginFile): Promise<Outcome> {
    const { logins } = this.#options;
    const { kind, owner } = agent.state;
    const { folder, whose } = await logins.folderOf(kind, owner);
    const kept = new KeptLogin(logins.folder, folder, login);
    const copy = await copyOf(agent, login);
    if ('is' in copy) return copy;
    if (this.#mayRenew(whose, owner)) {
      const outcome = await this.#queue.run(() => kept.renew(copy, Date.now()));
      if (outcome.is === 'written') await this.#giveToOthers(agent, { kept, login, folder });
      if (outcome.is !== 'old') return outcome;
    }
    await give(agent.process, copy, { kept, login });
    return { is: 'old' };
  }

  /** Never rejects: each gets it at the end of its next turn else. */
  async #giveToOthers(
    { state }: RunningAgent,
    { folder, ...source }: Source & { folder: string },
  ): Promise<void> {
    const { logins, running, logger } = this.#options;
    const others = [...running()].filter(
      (other) => other.state.kind === state.kind && other.state.agentId !== state.agentId,
    );
    await Promise.all(
      others.map(async (other) => {
        const { agentId, kind, owner } = other.state;
        try {
          if ((await logins.folderOf(kind, owner)).folder !== folder) return;
          const copy = await copyOf(other, source.login);
          if ('content' in copy) await give(other.process, copy, source);
        } catch (error) {
          logger.debug({ err: error, agentId, kind }, 'a renewed login could not be given to it');
        }
      }),
    );
  }

  /** A user's own folder serves that user's agents alone. */
  #mayRenew(whose: 'user' | 'system', owner: Person | undefined): boolean {
    const { renewal, admins } = this.#options;
    if (whose === 'user' || renewal === 'shared' || owner === undefined) return true;
    const { channel, userId } = owner;
    return channel === 'terminal' || (channel === 'telegram' && admins.includes(userId));
  }

  #say({ state, process }: RunningAgent, outcome: Outcome): void {
    const { logger } = this.#options;
    const { agentId, kind } = state;
    if (outcome.is === 'written') logger.info({ agentId, kind }, 'its renewed login is kept');
    if (outcome.is !== 'refused' || this.#refused.get(process) === outcome.why) return;
    this.#refused.set(process, outcome.why);
    logger.warn({ agentId, kind, why: outcome.why }, 'its login is not taken over');
  }
}

/** A login and its file. */
interface Source {
  kept: KeptLogin;
  login: LoginFile;
}

/** Puts the kept login in the place of an agent's older copy. */
async function give(
  process: AgentProcess,
  copy: LoginCopy,
  { kept, login }: Source,
): Promise<void> {
  const content = await kept.newerThan(copy, Date.now());
  if (content !== undefined) await process.replaceFile({ path: login.path, content, mode: 0o600 });
}

async function copyOf(agent: RunningAgent, login: LoginFile): Promise<LoginCopy | Outcome> {
  const { state, process } = agent;
  try {
    const bytes = await process.readFile(login.path, MAX_BYTES);
    if (bytes === undefined) return { is: 'old' };
    const givenAt = Date.parse(state.run.startedAt);
    return { content: Buffer.from(bytes).toString(), givenAt };
  } catch (error) {
    if (error instanceof FileRefused) return { is: 'refused', why: error.message };
    throw error;
  }
}
