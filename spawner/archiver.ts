import type { Logger } from 'pino';
import type { AgentState, EndedAgent } from '../core/domain/agent/agent-state.ts';
import { archivedEvents, isSettled } from '../core/domain/agent/archive-events.ts';
import { lastCredentialEnd } from '../core/domain/agent/run/credentials.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import { pause } from '../platform/async/delay.ts';
import { AgentAppender } from './agent-appender.ts';
import type { Ownership } from './ownership/ownership.ts';

export interface ArchiverOptions {
  log: EventLog;
  follower: SystemFollower;
  ownership: Ownership;
  logger: Logger;
  /** How long after its end an agent is archived; milliseconds. */
  archiveAfterMs: number;
  /** How often it looks; a minute without. */
  archiveLookMs?: number;
  clock: () => Date;
}

const LOOK_MS = 60_000;

/** Agents that are archived at the same time: of thousands that are due, the log has to be heard too. */
const AT_ONCE = 16;

/**
 * States of agents that ended long ago that they are archived, each by the one spawner that answers
 * for it. Nothing of it is kept elsewhere: the log has it, and the state is smaller
 * (docs/decisions/0088-ended-agents-leave-the-state.md).
 */
export class Archiver {
  readonly #options: ArchiverOptions;

  constructor(options: ArchiverOptions) {
    this.#options = options;
  }

  /** Goes on until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { archiveLookMs = LOOK_MS } = this.#options;
    while (await pause(archiveLookMs, signal)) await this.#look(signal);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { follower, ownership } = this.#options;
    const due = [...follower.state.agents.values()].filter((state) => this.#isDue(state));
    for (let at = 0; at < due.length && ownership.held && !signal.aborted; at += AT_ONCE) {
      const some = due.slice(at, at + AT_ONCE);
      await Promise.all(some.map((state) => this.#archive(state, signal)));
    }
  }

  #isDue(state: AgentState): state is EndedAgent {
    if (!isSettled(state)) return false;
    const { archiveAfterMs, clock, ownership } = this.#options;
    const since = Date.parse(state.endedAt) + (state.deleted ? 0 : archiveAfterMs);
    return (
      clock().getTime() >= Math.max(since, forgettable(state)) && ownership.claim(state) === 'act'
    );
  }

  /** What fails is tried again at the next look. */
  async #archive(state: EndedAgent, signal: AbortSignal): Promise<void> {
    const { follower, ownership, clock, logger } = this.#options;
    const { agentId } = state;
    try {
      // Looked at again: others were waited for.
      if (follower.state.agents.get(agentId) !== state) return;
      const context = { now: clock(), ...ownership.self };
      const appender = new AgentAppender(agentId, this.#options, signal);
      await appender.append(archivedEvents(state, context));
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, agentId }, 'not archived');
    }
  }
}

/** Until its credential has expired by itself it is on the list of those that do not count. */
const forgettable = (state: EndedAgent): number => lastCredentialEnd(state)?.getTime() ?? 0;
