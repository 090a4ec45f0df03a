import type { Logger } from 'pino';
import { EXIT, OrchestratorError } from '../../schemas/errors.ts';
import { keepRunning } from '../async/keep-running.ts';
import { RESTARTS } from './process-metrics.ts';
import { RESTART_POLICY, type RestartPolicy } from './restart-policy.ts';
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
  /** Is told the lines of the service that an operator is to see where the system was started. */
  notice?: (line: string) => void;
  /** A process of the service that stands by: it is the first that runs. */
  first?: ServiceProcess | undefined;
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
  #starts = 0;
  #wasReady = false;
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
    const { settledMs } = this.#policy;
    const { signal } = this.#abort;
    const life = () => this.#runOnce(first);
    this.#life = keepRunning(life, { signal, times: this.#policy, settledMs }).then(() =>
      first.reject(this.#stopped()),
    );
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

  async #runOnce(first: PromiseWithResolvers<void>): Promise<void> {
    const { environment } = this.#options;
    const standing = this.#starts === 0 ? this.#options.first : undefined;
    standing?.goOn(environment);
    const again = this.#starts === 0 ? {} : { [RESTARTS]: String(this.#starts) };
    const running = standing ?? this.#newProcess({ ...environment, ...again });
    this.#process = running;
    this.#starts += 1;
    this.#logger.info({ child: running.pid }, 'service started');
    if (await running.ready) {
      this.#wasReady = true;
      first.resolve();
    }
    const end = await running.ended;
    if (this.#abort.signal.aborted) return;
    this.#logger.error({ ...end }, 'a service ended by itself');
    const hopeless = end.code === EXIT.usage || this.#starts >= this.#policy.maxFailedStarts;
    if (this.#wasReady || !hopeless) return;
    first.reject(this.#startFailed(end));
    this.#abort.abort();
  }

  #newProcess(environment: NodeJS.ProcessEnv): ServiceProcess {
    const { logFd, notice } = this.#options;
    return new ServiceProcess({ main: this.#spec.main, environment, logFd, notice });
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
