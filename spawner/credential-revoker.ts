import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AgentState } from '../core/domain/agent/agent-state.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import type { Health } from '../core/service/health.ts';
import type { StoredEvent } from '../schemas/event.ts';
import { parseSubject } from '../schemas/subjects.ts';
import { credentialsEnd } from './agent-environment.ts';

export interface CredentialRevokerOptions {
  follower: SystemFollower;
  health: Health;
  logger: Logger;
  clock: () => Date;
  /**
   * Takes away the credentials of these agents, each minted up to its date, and gives back those of
   * all others. Safe to repeat; throws where the server does not take it.
   */
  revoke: (agents: ReadonlyMap<string, Date>) => Promise<void>;
}

const CHECK = 'credentials';
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [250, 30_000];

/**
 * Takes an agent's credential away when its process has ended, so that nothing that was left behind
 * or copied speaks in its name. All spawners do so, each for all agents: they fold the same log and
 * come to the same, whoever is last.
 */
export class CredentialRevoker {
  readonly #options: CredentialRevokerOptions;
  /** Ended agents by the end of the last credential that they had. */
  readonly #ended = new Map<string, Date>();
  #changed = false;
  #loop: Promise<void> | undefined;

  constructor(options: CredentialRevokerOptions) {
    this.#options = options;
  }

  /** Revokes what is to be revoked, and then at every end of an agent until the signal aborts. */
  start(signal: AbortSignal): void {
    const { follower } = this.#options;
    for (const state of follower.state.agents.values()) this.#note(state);
    const unsubscribe = follower.subscribe((message, parsed) => {
      if (parsed.kind !== 'event' || !endsAgent(parsed.event)) return;
      const address = parseSubject(message.subject);
      if (address === undefined || !('agentId' in address)) return;
      this.#note(follower.state.agents.get(address.agentId));
      this.#look(signal);
    });
    signal.addEventListener('abort', unsubscribe, { once: true });
    this.#look(signal);
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    await this.#loop;
  }

  #note(state: AgentState | undefined): void {
    if (state?.phase !== 'ended' || state.lastRun === null) return;
    this.#ended.set(state.agentId, credentialsEnd(state, new Date(state.lastRun.expiresAt)));
  }

  #look(signal: AbortSignal): void {
    this.#changed = true;
    this.#loop ??= this.#run(signal).finally(() => {
      this.#loop = undefined;
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (let wait = FIRST_WAIT_MS; this.#changed && !signal.aborted; ) {
      this.#changed = false;
      try {
        await this.#options.revoke(this.#valid());
        this.#options.health.report(CHECK, true, 'ended agents have none');
        wait = FIRST_WAIT_MS;
      } catch (error) {
        this.#failed(error);
        this.#changed = true;
        await delay(wait, undefined, { signal }).catch(() => undefined);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
  }

  #failed(error: unknown): void {
    const { health, logger } = this.#options;
    const reason = error instanceof Error ? error.message : String(error);
    health.report(CHECK, false, `ended agents still have theirs: ${reason}; it is tried again`);
    logger.warn({ err: error }, 'credentials of ended agents not revoked, trying again');
  }

  /** What has expired by itself needs no revocation. */
  #valid(): ReadonlyMap<string, Date> {
    const now = this.#options.clock();
    for (const [agentId, end] of this.#ended) if (end <= now) this.#ended.delete(agentId);
    return this.#ended;
  }
}

const endsAgent = ({ type }: StoredEvent): boolean =>
  type === 'process.stopped' ||
  type === 'process.exited' ||
  type === 'process.lost' ||
  type === 'process.start-failed';
