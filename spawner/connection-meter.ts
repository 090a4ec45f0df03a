import type { Logger } from 'pino';
import { BackOff, isWorthSaying } from '../platform/async/back-off.ts';
import { pause } from '../platform/async/delay.ts';

/** Connections by agent; none is named where all together have no more than `few`. */
export type CountConnections = (few: number) => Promise<ReadonlyMap<string, number>>;

export interface ConnectionMeterOptions {
  /** Undefined: nothing is counted. Throws where the server does not answer. */
  count: CountConnections | undefined;
  /** As many are allowed to one agent. */
  quota: number;
  logger: Logger;
  /** An agent has more. */
  onExcess: (agentId: string) => void;
  /** How often it counts, in milliseconds; 2 seconds. */
  everyMs?: number;
}

/** Opening thousands takes an agent seconds, and asking for their number takes the server a millisecond. */
const EVERY_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

/** Knows how many connections to NATS each agent has, up to two seconds late. */
export class ConnectionMeter {
  readonly #options: ConnectionMeterOptions;
  #counts: ReadonlyMap<string, number> = new Map();

  constructor(options: ConnectionMeterOptions) {
    this.#options = options;
  }

  /** 0 also where it is not known. */
  of(agentId: string): number {
    return this.#counts.get(agentId) ?? 0;
  }

  /** Counts until the signal aborts. */
  start(signal: AbortSignal): void {
    const { count } = this.#options;
    if (count !== undefined) void this.#run(count, signal);
  }

  async #run(count: CountConnections, signal: AbortSignal): Promise<void> {
    const { quota, logger, onExcess, everyMs = EVERY_MS } = this.#options;
    const backOff = new BackOff({ firstMs: everyMs, longestMs: LONGEST_WAIT_MS });
    let waitMs = everyMs;
    while (await pause(waitMs, signal)) {
      try {
        this.#counts = await count(quota);
        backOff.reset();
        waitMs = everyMs;
      } catch (err) {
        // What was counted long ago says nothing against an agent.
        this.#counts = new Map();
        waitMs = backOff.next();
        if (isWorthSaying(backOff.failures) && !signal.aborted) {
          logger.warn({ err }, 'connections of agents cannot be counted, trying again');
        }
      }
      for (const [agentId, open] of this.#counts) if (open > quota) onExcess(agentId);
    }
  }
}
