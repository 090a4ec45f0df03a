import type { Logger } from 'pino';
import type { ProcessEnd } from '../core/domain/agent/run/run-end-events.ts';
import type { LogCollector } from './log-collector.ts';
import type { AgentProcess } from './runtime/runtime.ts';
import { type StopStep, stopGracefully } from './stop-gracefully.ts';

export interface AttachmentOptions {
  collector: LogCollector;
  logger: Logger;
  /** Called when something is to be looked at: it has ended. */
  wake: () => void;
}

/** A spawner's hold of one process: its logs are collected, and its end is noticed. */
export class Attachment {
  readonly process: AgentProcess;
  readonly #options: AttachmentOptions;
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  #end: ProcessEnd | undefined;
  #stopping = false;

  constructor(process: AgentProcess, options: AttachmentOptions, signal: AbortSignal) {
    this.process = process;
    this.#options = options;
    this.#signal = AbortSignal.any([signal, this.#abort.signal]);
    void this.#untilEnd();
  }

  /** How it ended, once the last line of its logs is stored. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  /** Takes the graceful end on from a step, in the background; once, however often it is called. */
  stop(from: StopStep, graceMs: number, stated: (step: 'sigterm' | 'sigkill') => Promise<void>) {
    if (this.#stopping) return;
    this.#stopping = true;
    stopGracefully(this.process, from, graceMs, stated, this.#signal).catch((error: unknown) => {
      this.#stopping = false;
      if (this.#signal.aborted) return;
      const { agentId } = this.process;
      this.#options.logger.error({ err: error, agentId }, 'stopping failed');
      this.#options.wake();
    });
  }

  /** Lets go; the process lives on. */
  letGo(): void {
    this.#abort.abort();
  }

  async #untilEnd(): Promise<void> {
    const { collector, logger, wake } = this.#options;
    const { agentId } = this.process;
    const collected = collector.collect(this.process, this.#signal);
    try {
      [this.#end] = await Promise.all([this.process.exited, collected]);
      wake();
    } catch (error) {
      // Neither rejects but for the end of this hold: anything else is a bug that is to be seen.
      if (!this.#signal.aborted) logger.fatal({ err: error, agentId }, 'its end is not noticed');
    }
  }
}
