import type { Logger } from 'pino';
import type { AgentState } from '../core/domain/agent/agent-state.ts';
import { homeEvents, nextHomeStep } from '../core/domain/agent/home-retention.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { agentFromLog } from '../core/projection/agent-from-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import { pause } from '../platform/async/delay.ts';
import { AgentAppender } from './agent-appender.ts';
import type { AgentRuntimes } from './agent-runtimes.ts';
import type { Ownership } from './ownership/ownership.ts';
import type { Runtime } from './runtime/runtime.ts';

export interface HomeKeeperOptions {
  log: EventLog;
  follower: SystemFollower;
  ownership: Ownership;
  runtimes: AgentRuntimes;
  logger: Logger;
  /** How long after its end an agent's home is kept; milliseconds. */
  homeRetentionMs: number;
  /** How often it looks; an hour without. */
  homeLookMs?: number;
  clock: () => Date;
}

const LOOK_MS = 3_600_000;

/**
 * Removes the homes of agents that ended long ago, or were deleted where nobody could reach them, each
 * by the one spawner that answers for it. The owner is told before, and the removal is stated before it
 * is done, so that nobody goes on in an empty home
 * (docs/decisions/0112-how-long-homes-are-kept.md).
 */
export class HomeKeeper {
  readonly #options: HomeKeeperOptions;
  /** Archived agents with a home, as the log has them; what comes for one makes it be read anew. */
  readonly #archived = new Map<string, AgentState>();

  constructor(options: HomeKeeperOptions) {
    this.#options = options;
  }

  /** Goes on until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { homeLookMs = LOOK_MS, runtimes } = this.#options;
    while (await pause(homeLookMs, signal)) {
      for (const runtime of runtimes.byName.values()) await this.#look(runtime, signal);
    }
  }

  async #look(runtime: Runtime, signal: AbortSignal): Promise<void> {
    const { ownership, logger } = this.#options;
    // One that is not chosen need not be there.
    const homes = await runtime.homes().catch(() => []);
    for (const agentId of homes) {
      if (signal.aborted || !ownership.held) return;
      try {
        await this.#keep(runtime, agentId, signal);
      } catch (error) {
        // Tried again at the next look.
        if (!signal.aborted) logger.warn({ err: error, agentId }, 'its home was not looked after');
      }
    }
  }

  async #keep(runtime: Runtime, agentId: string, signal: AbortSignal): Promise<void> {
    const { homeRetentionMs, clock, ownership, logger } = this.#options;
    for (;;) {
      const state = await this.#stateOf(agentId, signal);
      // A home of nobody that the log knows is left alone.
      if (state?.phase !== 'ended' || (state.lastRun?.runtime ?? runtime.name) !== runtime.name)
        return;
      const step = nextHomeStep(state, homeRetentionMs, clock());
      if (step === undefined || ownership.claim(state) !== 'act') return;
      if (step.do === 'remove') {
        logger.info({ agentId, endedAt: state.endedAt }, 'its home is removed');
        await runtime.removeHome(agentId);
        this.#archived.delete(agentId);
        return;
      }
      const context = { now: clock(), ...ownership.self };
      const appender = new AgentAppender(agentId, this.#options, signal);
      await appender.append(homeEvents(state, step, context));
      this.#archived.delete(agentId);
    }
  }

  /** Of one that was archived the log tells. */
  async #stateOf(agentId: string, signal: AbortSignal): Promise<AgentState | undefined> {
    const { follower, log } = this.#options;
    const known = follower.state.agents.get(agentId);
    if (known !== undefined && known.phase !== 'unknown') {
      this.#archived.delete(agentId);
      return known;
    }
    // Something waits for it: it may be about to go on.
    if (known !== undefined) return undefined;
    const kept = this.#archived.get(agentId);
    if (kept !== undefined) return kept;
    const state = await agentFromLog(log, agentId, signal);
    if (state !== undefined) this.#archived.set(agentId, state);
    return state;
  }
}
