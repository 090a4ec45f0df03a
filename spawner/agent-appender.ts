import type { Logger } from 'pino';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import { BackOff, isWorthSaying, NEAR } from '../platform/async/back-off.ts';
import { delay } from '../platform/async/delay.ts';
import type { NewEvent } from '../schemas/event.ts';
import { agentFilter } from '../schemas/subjects.ts';

export interface AgentAppenderOptions {
  log: EventLog;
  follower: SystemFollower;
  logger: Logger;
}

/** Appends what was decided on one agent's state, and resolves when it is folded. */
export class AgentAppender {
  readonly agentId: string;
  readonly #deps: AgentAppenderOptions;
  readonly #signal: AbortSignal;
  readonly #backOff = new BackOff(NEAR);

  constructor(agentId: string, deps: AgentAppenderOptions, signal: AbortSignal) {
    this.agentId = agentId;
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Appends what was decided on the state as folded; true, for the state is another now. */
  async append(events: NewEvent[]): Promise<boolean> {
    const { follower } = this.#deps;
    // Not all of the agent's subjects, or one that talks fast starves its own spawner
    // (docs/decisions/0004-fence-on-process-facts.md).
    const filter = agentFilter(this.agentId, 'process');
    const sequence = follower.state.fences.get(this.agentId) ?? 0;
    return this.#settled(await this.#deps.log.append(events, { expect: { filter, sequence } }));
  }

  /**
   * Of an agent without an owner: whoever comes first states it. What stands on the result's subject
   * is folded, and the call waits all the same: it is the result of an earlier call of this id.
   */
  async appendResult(events: NewEvent[]): Promise<boolean> {
    const { log, follower } = this.#deps;
    const filter = events.at(-1)?.subject ?? '';
    const sequence = (await log.last('EVENTS', filter))?.sequence ?? 0;
    if (sequence > follower.sequence) {
      await follower.folded(sequence, this.#signal);
      return true;
    }
    return this.#settled(await log.append(events, { expect: { filter, sequence } }));
  }

  /** Resolves when all that the agent has said is folded: its end is stated after its last word. */
  async hear(): Promise<void> {
    const { log, follower } = this.#deps;
    const sequence = await log.heard(agentFilter(this.agentId), this.#signal);
    await follower.folded(sequence, this.#signal);
  }

  async #settled(result: Awaited<ReturnType<EventLog['append']>>): Promise<boolean> {
    const { follower, log, logger } = this.#deps;
    if (result.ok && !result.duplicate) {
      this.#backOff.reset();
      await follower.folded(result.sequence, this.#signal);
      return true;
    }
    const wait = this.#backOff.next();
    if (isWorthSaying(this.#backOff.failures)) {
      const why = result.ok ? 'stored before' : result.error;
      logger.warn({ agentId: this.agentId, why }, 'not appended, looking again');
    }
    const last = await log.last('EVENTS', agentFilter(this.agentId));
    if (last && last.sequence > follower.sequence) {
      await follower.folded(last.sequence, this.#signal);
    } else {
      await delay(wait, this.#signal);
    }
    return true;
  }
}
