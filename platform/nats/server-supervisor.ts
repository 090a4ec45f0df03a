import type { Logger } from 'pino';
import { keepRunning } from '../async/keep-running.ts';
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

const TIMES = { firstMs: 100, longestMs: 5_000 };

/** Keeps one nats-server running until it is stopped. */
export class ServerSupervisor {
  /** How often the server died and was started again. */
  restarts = 0;
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #server: ServerProcess | undefined;
  #isGone = false;
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
    const { log } = this.#options;
    const { signal } = this.#stopping;
    this.#watching = keepRunning(() => this.#life(), {
      signal,
      times: TIMES,
      ended: (error) => error && log.error({ err: error }, 'nats-server did not start again'),
    });
  }

  /** Ends the server that runs; another one follows. */
  async restart(): Promise<void> {
    await this.#server?.stop(this.#options.stopGraceMs);
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

  /** Of the server that runs, or of another where that is gone. */
  async #life(): Promise<void> {
    const { log, stopGraceMs } = this.#options;
    const { signal } = this.#stopping;
    if (this.#isGone) {
      this.restarts += 1;
      await this.#startOnce();
      this.#isGone = false;
      // Asked to stop while it was starting: that stop met the server before.
      if (signal.aborted) return this.#server?.stop(stopGraceMs);
    }
    const exit = await this.#server?.exited;
    this.#isGone = true;
    if (!signal.aborted) log.error({ ...exit }, 'nats-server died; it is started again');
  }
}
