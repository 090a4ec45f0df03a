import type { EventContext } from '../core/domain/agent/agent-event.ts';
import type { LiveAgent } from '../core/domain/agent/agent-state.ts';
import { judgeQuota, type Quotas } from '../core/domain/agent/run/quota.ts';
import {
  mutedEvents,
  refusalEvents,
  unmutedEvents,
} from '../core/domain/agent/run/quota-events.ts';
import { startTimer } from '../platform/async/timer.ts';
import type { AgentAppender } from './agent-appender.ts';
import type { ConnectionMeter } from './connection-meter.ts';
import type { FileMeter } from './file-meter.ts';
import type { ProcessManager } from './process-manager.ts';

export interface AgentMuteOptions {
  /** Undefined: nothing is refused. */
  quotas: Quotas | undefined;
  files: FileMeter;
  connections: ConnectionMeter;
  processes: ProcessManager;
}

/**
 * Keeps one agent to its quota: where it says too much, its credentials file tells why, and it is
 * stated, by which every spawner has the server refuse what it had
 * (docs/decisions/0044-quotas.md). Everybody else goes on.
 */
export class AgentMute {
  readonly #deps: AgentMuteOptions;
  readonly #appender: AgentAppender;
  readonly #wake: () => void;
  #cancel: (() => void) | undefined;

  constructor(deps: AgentMuteOptions, appender: AgentAppender, wake: () => void) {
    this.#deps = deps;
    this.#appender = appender;
    this.#wake = wake;
  }

  /** Does what the quotas ask for; undefined where that is nothing. */
  settle(state: LiveAgent, context: EventContext): Promise<boolean> | undefined {
    this.#cancel?.();
    const { quotas, files, connections, processes } = this.#deps;
    const { agentId } = state;
    // Without a process nobody speaks; one that is attached to anew has the file that it had.
    if (quotas === undefined || processes.get(agentId) === undefined) return undefined;
    files.add(agentId);
    const [usage, open] = [files.usage(agentId), connections.of(agentId)];
    const verdict = judgeQuota(state, usage, quotas, context.now, open);
    switch (verdict?.do) {
      case 'mute':
        return this.#mute(state, verdict.excess, context);
      case 'unmute':
        return this.#unmute(state, context);
      case 'wait':
        this.#wakeAt(verdict.until, context.now);
    }
    const refusals = refusalEvents(state, quotas, context);
    return refusals.length > 0 ? this.#appender.append(refusals) : undefined;
  }

  /** The file first: whose connection is cut looks there. */
  async #mute(
    state: LiveAgent,
    excess: Parameters<typeof mutedEvents>[1],
    context: EventContext,
  ): Promise<boolean> {
    await this.#deps.processes.mute(state, { code: 'ORC_QUOTA', ...excess });
    return this.#appender.append(mutedEvents(state, excess, context));
  }

  /** The credentials are minted after the second of the revocation, and count at once. */
  async #unmute(state: LiveAgent, context: EventContext): Promise<boolean> {
    await this.#deps.processes.unmute(state);
    return this.#appender.append(unmutedEvents(state, context));
  }

  #wakeAt(instant: Date, now: Date): void {
    const leftMs = instant.getTime() - now.getTime();
    this.#cancel = startTimer(leftMs, this.#wake, { ref: false });
  }
}
