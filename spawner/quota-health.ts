import type { AgentState, LiveAgent } from '../core/domain/agent/agent-state.ts';
import { isLive } from '../core/domain/agent/agent-state.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import type { Health } from '../platform/service/health.ts';
import { parseSubject } from '../schemas/subjects.ts';
import type { Ownership } from './ownership/ownership.ts';

export interface QuotaHealthOptions {
  follower: SystemFollower;
  ownership: Ownership;
  health: Health;
  /** Whether somebody refuses what is over a quota. */
  enforced: boolean;
}

const CHECK = 'quotas';

/** Agents that are named; of more the number is told. */
const NAMED = 10;

/**
 * Tells in the spawner's health which of its agents are over their quotas. It is well all the same:
 * an agent that says too much is no reason to start a service again.
 */
export class QuotaHealth {
  readonly #options: QuotaHealthOptions;
  readonly #muted = new Set<string>();

  constructor(options: QuotaHealthOptions) {
    this.#options = options;
  }

  /** Returns what ends it. */
  start(): () => void {
    const { follower } = this.#options;
    for (const state of follower.state.agents.values()) this.#note(state);
    this.look();
    return follower.subscribe(({ subject }) => {
      const address = parseSubject(subject);
      if (address?.family !== 'process') return;
      const before = this.#muted.size;
      this.#note(follower.state.agents.get(address.agentId));
      if (this.#muted.size + before > 0) this.look();
    });
  }

  /** Ownership may have changed. */
  look(): void {
    const muted = this.#own();
    this.#options.health.report(CHECK, true, this.#detail(muted), muted.length > 0);
  }

  #detail(muted: readonly LiveAgent[]): string {
    if (!this.#options.enforced) return 'not kept to: there are no keys to agents’ credentials';
    if (muted.length === 0) return 'no agent is over its quota';
    const named = muted.slice(0, NAMED).map(lineOf).join('; ');
    return muted.length > NAMED ? `${named}; and ${muted.length - NAMED} more` : named;
  }

  #note(state: AgentState | undefined): void {
    if (state === undefined) return;
    if (isLive(state) && state.muted) this.#muted.add(state.agentId);
    else this.#muted.delete(state.agentId);
  }

  #own(): LiveAgent[] {
    const { follower, ownership } = this.#options;
    return [...this.#muted].flatMap((agentId) => {
      const state = follower.state.agents.get(agentId);
      return state && isLive(state) && ownership.claim(state) === 'act' ? [state] : [];
    });
  }
}

const lineOf = ({ agentId, muted }: LiveAgent): string =>
  `${agentId} is not heard: ${muted?.reason}. ${muted?.cure}`;
