import type { Logger } from 'pino';
import { SOURCE } from '../core/domain/agent/agent-event.ts';
import { type AgentState, isLive, type LiveAgent } from '../core/domain/agent/agent-state.ts';
import { isIdle } from '../core/domain/agent/claim.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import { newEvent } from '../schemas/new-event.ts';
import type { Ownership } from './ownership/ownership.ts';

export interface DrainOptions {
  log: EventLog;
  follower: SystemFollower;
  ownership: Ownership;
  logger: Logger;
  clock: () => Date;
}

/**
 * States that this node is drained, once none of its agents works or can still be given away
 * (docs/decisions/0013-drain-releases.md).
 */
export class Drain {
  readonly #options: DrainOptions;
  #stating = false;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** Cheap while the node is not draining; to be called whenever something has changed. */
  look(): void {
    const { follower, ownership, logger } = this.#options;
    const state = follower.state.nodes.get(ownership.self.node);
    if (state?.phase !== 'draining' || this.#stating || !ownership.held) return;
    const own = [...follower.state.agents.values()].filter((agent) => this.#isOwn(agent));
    if (own.some((agent) => !isIdle(agent) || ownership.mustRelease(agent))) return;
    this.#stating = true;
    this.#state(state.drainId, own.length)
      .catch((error: unknown) => logger.warn({ err: error }, 'the end of the drain is not stated'))
      .finally(() => {
        this.#stating = false;
      });
  }

  #isOwn(agent: AgentState): agent is LiveAgent {
    return (
      isLive(agent) && agent.run.node === this.#options.ownership.self.node && !agent.run.released
    );
  }

  async #state(drainId: string, kept: number): Promise<void> {
    const { log, ownership, clock, follower } = this.#options;
    const { node } = ownership.self;
    const event = newEvent(
      'node.drained',
      { node },
      { drainId, kept },
      {
        id: `node.drained:${drainId}`,
        source: SOURCE,
        now: clock(),
        correlationId: drainId,
        causationId: drainId,
      },
    );
    const result = await log.append(event);
    if (result.ok && !result.duplicate) await follower.folded(result.sequence);
  }
}
