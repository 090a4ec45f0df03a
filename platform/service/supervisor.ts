import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { EXIT, OrchestratorError } from '../../schemas/errors.ts';
import { nextDelay, RESTART_POLICY, type RestartPolicy } from './restart-policy.ts';
import { type ServiceEnd, ServiceProcess } from './service-process.ts';

/** A service of the system: its name in the log, and the file of its main. */
export interface ServiceSpec {
  name: string;
  main: string;
}

export interface SupervisorOptions {
  environment: NodeJS.ProcessEnv;
  /** Where the services' stderr goes, and what that file is called for people. */
  logFd: number;
  logFile: string;
  logger: Logger;
  /** Milliseconds between SIGTERM and SIGKILL. */
  stopGraceMs: number;
  policy?: RestartPolicy;
}

/**
 * Keeps one service running: starts it, starts it again with growing delays when it dies, ends it
 * when asked.
 */
export class Supervisor {
  readonly #spec: ServiceSpec;
  readonly #options: SupervisorOptions;
  readonly #policy: RestartPolicy;
  readonly #logger: Logger;
  readonly #abort = new AbortController();
  #process: ServiceProcess | undefined;
  #life: Promise<void> = Promise.resolve();

  constructor(spec: ServiceSpec, options: SupervisorOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#policy = options.policy ?? RESTART_POLICY;
    this.#logger = options.logger.child({ service: spec.name });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Resolves when the service is ready for the first time. Throws ORC_INTERNAL with its own last
   * words when it never becomes so: at once for wrong settings, else after some tries.
   */
  async start(): Promise<void> {
    const first = Promise.withResolvers<void>();
    this.#life = this.#keepRunning(first);
    await first.promise;
  }

  /** Ends it and starts it no more; nothing of it runs when this resolves. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#process?.stop(this.#options.stopGraceMs);
    await this.#life;
  }

  /** Ends it at once. */
  kill(): void {
    this.#abort.abort();
    this.#process?.kill();
  }

  async #keepRunning(first: PromiseWithResolvers<void>): Promise<void> {
    let wasReady = false;
    let delayMs = 0;
    for (let starts = 1; ; starts += 1) {
      const startedAt = performance.now();
      const { ready, end } = await this.#runOnce(first);
      wasReady ||= ready;
      if (this.#abort.signal.aborted) return first.reject(this.#stopped());
      this.#logger.error({ ...end }, 'a service ended by itself');
      const hopeless = end.code === EXIT.usage || starts >= this.#policy.maxFailedStarts;
      if (!wasReady && hopeless) return first.reject(this.#startFailed(end));
      delayMs = nextDelay(this.#policy, delayMs, performance.now() - startedAt);
      await delay(delayMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      if (this.#abort.signal.aborted) return first.reject(this.#stopped());
    }
  }

  async #runOnce(first: PromiseWithResolvers<void>): Promise<{ ready: boolean; end: ServiceEnd }> {
    const { environment, logFd } = this.#options;
    const running = new ServiceProcess({ main: this.#spec.main, environment, logFd });
    this.#process = running;
    this.#logger.info({ child: running.pid }, 'service started');
    const ready = await running.ready;
    if (ready) first.resolve();
    return { ready, end: await running.ended };
  }

  #startFailed(end: ServiceEnd): OrchestratorError {
    const { code, signal, line } = end;
    const words = line ?? (signal === null ? `exit code ${code}` : `killed by ${signal}`);
    const cure = `${this.#options.logFile} has the whole story.`;
    return new OrchestratorError(
      'ORC_INTERNAL',
      `The ${this.#spec.name} service does not start: ${words}`,
      { cure },
    );
  }

  #stopped(): OrchestratorError {
    return new OrchestratorError('ORC_INTERNAL', `The ${this.#spec.name} service was stopped`);
  }
}
