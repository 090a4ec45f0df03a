import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Readiness, type ServerFiles, ServerProcess, untilReady } from './server-process.ts';

export interface SupervisorOptions {
  /** Path of the nats-server program. */
  program: string;
  files: ServerFiles;
  ready: Readiness;
  log: Logger;
  /** Milliseconds between SIGTERM and SIGKILL. */
  stopGraceMs: number;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [100, 5_000];

/** A server that ran this long died of something new: the back-off begins anew. */
const SETTLED_MS = 10_000;

/** Keeps one nats-server running until it is stopped. */
export class ServerSupervisor {
  /** How often the server died and was started again. */
  restarts = 0;
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #server: ServerProcess | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** 0 before the first start. */
  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  /** The first start: throws what the server died of, and then does not try again. */
  async start(): Promise<void> {
    await this.#startOnce();
    this.#watching = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#server?.stop(this.#options.stopGraceMs);
    await this.#watching;
  }

  async #startOnce(): Promise<void> {
    const { program, files, ready, stopGraceMs } = this.#options;
    const server = await ServerProcess.start(program, files);
    this.#server = server;
    try {
      await untilReady(server, ready);
    } catch (error) {
      await server.stop(stopGraceMs);
      throw error;
    }
  }

  async #watch(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#stopping;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const since = Date.now();
      const exit = await this.#server?.exited;
      if (signal.aborted) return;
      if (Date.now() - since > SETTLED_MS) wait = FIRST_WAIT_MS;
      log.error({ ...exit, waitMs: wait }, 'nats-server died; it is started again');
      await pause(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.restarts += 1;
      await this.#startOnce().catch((err: unknown) => {
        log.error({ err }, 'nats-server did not start again');
      });
      // Asked to stop while it was starting: that stop met the server before.
      if (signal.aborted) return this.#server?.stop(this.#options.stopGraceMs);
    }
  }
}
