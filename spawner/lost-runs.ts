import type { Logger } from 'pino';
import { type AgentState, isLive } from '../core/domain/agent/agent-state.ts';
import { clearedEvents } from '../core/domain/agent/run/run-end-events.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { agentFromLog } from '../core/projection/agent-from-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import type { AgentRuntimes } from './agent-runtimes.ts';
import { endOf } from './end-of.ts';
import type { LogCollector } from './log-collector.ts';
import type { Ownership } from './ownership/ownership.ts';
import type { RunStatus, Runtime } from './runtime/runtime.ts';
import { stopGracefully } from './stop-gracefully.ts';

export interface LostRunsOptions {
  log: EventLog;
  follower: SystemFollower;
  collector: LogCollector;
  runtimes: AgentRuntimes;
  ownership: Ownership;
  logger: Logger;
  stopGraceMs: number;
  clock: () => Date;
}

/**
 * Compares what runs here with what the log says. A run that was given up as lost while its node was
 * away is ended gracefully, for its user has been told that it is gone; what it said until then is
 * stored all the same. What an ended run has left alive is ended, what is left of it else is removed
 * where it would be in the way. A run that the log does not know is reported, and never ended
 * (docs/decisions/0012-takeover-and-giving-up.md).
 */
export class LostRuns {
  readonly #options: LostRunsOptions;
  readonly #clearing = new Set<string>();

  constructor(options: LostRunsOptions) {
    this.#options = options;
  }

  /** Looks once; what has to be ended ends in the background, until `signal`. Never rejects. */
  async look(signal: AbortSignal): Promise<void> {
    const { runtimes, logger } = this.#options;
    for (const runtime of runtimes.byName.values()) {
      const runs = await runtime.list().catch((error: unknown) => {
        // One that is not chosen need not be there.
        const level = runtime === runtimes.chosen ? 'warn' : 'debug';
        logger[level]({ err: error, runtime: runtime.name }, 'what runs cannot be listed');
        return [];
      });
      for (const run of runs) {
        // What ended well and is in nobody's way is not asked for.
        if (!run.running && run.rest === undefined && !runtime.removesEnded) continue;
        const state = await this.#stateOf(run.agentId, signal);
        if (run.running) this.#judge(runtime, run, state, signal);
        else if (run.rest !== undefined) this.#judgeRest(runtime, run, state, signal);
        else if (this.#isLeftOver(run, state)) await this.#remove(runtime, run);
      }
    }
  }

  /** Of one that was archived the log tells; where it cannot be asked, the run is left alone. */
  async #stateOf(agentId: string, signal: AbortSignal): Promise<AgentState | undefined> {
    const { follower, log, logger } = this.#options;
    const state = follower.state.agents.get(agentId);
    if (state !== undefined && state.phase !== 'unknown') return state;
    try {
      return await agentFromLog(log, agentId, signal);
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, agentId }, 'its log cannot be read');
      return undefined;
    }
  }

  /** Its end is stated, and whoever stated it did not live to remove it. */
  #isLeftOver({ runId }: RunStatus, state: AgentState | undefined): boolean {
    const isEnded = state?.phase === 'ended' && state.lastRun?.runId === runId;
    return isEnded && this.#options.ownership.claim(state) === 'act';
  }

  /** Where that fails, it is tried again at the next look. */
  async #remove(runtime: Runtime, { agentId, runId }: RunStatus): Promise<void> {
    try {
      await (await runtime.attach(agentId, runId))?.remove();
    } catch (error) {
      this.#options.logger.warn({ err: error, agentId }, 'an ended run could not be removed');
    }
  }

  #judge(
    runtime: Runtime,
    run: RunStatus,
    state: AgentState | undefined,
    signal: AbortSignal,
  ): void {
    const { ownership, logger } = this.#options;
    if (state && isLive(state) && state.run.runId === run.runId) return;
    const lost =
      state?.phase === 'ended' && state.end.how === 'lost' && state.lastRun?.runId === run.runId;
    if (!lost) logger.warn({ ...run }, 'a process runs that the log does not know; left alone');
    else if (ownership.claim(state) === 'act') this.#clear(runtime, run, signal);
  }

  /** The run itself has ended. Where that is not stated yet, its worker ends the rest with it. */
  #judgeRest(
    runtime: Runtime,
    run: RunStatus,
    state: AgentState | undefined,
    signal: AbortSignal,
  ): void {
    const { ownership, logger } = this.#options;
    const { agentId, runId } = run;
    if (state && isLive(state) && state.run.runId === runId) return;
    const isKnown = state?.phase === 'ended' && state.lastRun?.runId === runId;
    if (!isKnown) {
      logger.warn({ ...run }, 'processes of a run live that the log does not know; left alone');
    } else if (ownership.claim(state) === 'act') {
      this.#inBackground(runId, signal, () => runtime.endRest(agentId, runId));
    }
  }

  #clear(runtime: Runtime, { agentId, runId }: RunStatus, signal: AbortSignal): void {
    this.#inBackground(runId, signal, () => this.#end(runtime, agentId, runId, signal));
  }

  #inBackground(runId: string, signal: AbortSignal, end: () => Promise<unknown>): void {
    if (this.#clearing.has(runId)) return;
    this.#clearing.add(runId);
    end()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        this.#options.logger.error({ err: error, runId }, 'what is left of a run was not ended');
      })
      .finally(() => this.#clearing.delete(runId));
  }

  async #end(runtime: Runtime, agentId: string, runId: string, signal: AbortSignal): Promise<void> {
    const { collector, log, logger, ownership, stopGraceMs, clock } = this.#options;
    const process = await runtime.attach(agentId, runId);
    if (process === undefined) return;
    logger.warn({ agentId, runId }, 'a run that was given up as lost is here; ending it');
    try {
      const collected = collector.collect(process, signal);
      // Where the end fails before, nobody waits for it any more.
      collected.catch(() => undefined);
      await stopGracefully(process, 'stdin-closed', stopGraceMs, async () => undefined, signal);
      const end = await endOf(process, signal);
      await collected;
      const context = { now: clock(), ...ownership.self };
      await log.append(clearedEvents(agentId, runId, end, context));
    } finally {
      await process.detach();
    }
  }
}
