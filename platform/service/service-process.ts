import { type ChildProcess, fork } from 'node:child_process';
import { parseServiceMessage } from './service-message.ts';
import { STANDBY, type StandbyOrder } from './standby.ts';

/** How one service process is started. */
export interface ServiceProcessOptions {
  /** File of the service's main. */
  main: string;
  environment: NodeJS.ProcessEnv;
  /** Where its stdout and stderr go. */
  logFd: number;
  /** It is loaded and does nothing before {@link ServiceProcess.goOn}. */
  standsBy?: boolean;
  /** Is told the lines that an operator is to see. */
  notice?: ((line: string) => void) | undefined;
}

export interface ServiceEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The line that it said about its end, if any. */
  line: string | undefined;
}

/**
 * Where it is said nothing else: a young generation that grows to 16 MB costs a start more pages of memory than it saves
 * in collections (docs/decisions/0149-what-a-start-costs.md).
 */
const YOUNG_GENERATION = '--max-semi-space-size=2';

/** One service process, held by its handle: no other process can be meant. */
export class ServiceProcess {
  /** True when it says that it serves, false when it ends before. */
  readonly ready: Promise<boolean>;
  /** Resolves when it is gone. */
  readonly ended: Promise<ServiceEnd>;
  readonly #child: ChildProcess;

  constructor({ main, environment, logFd, notice, standsBy = false }: ServiceProcessOptions) {
    this.#child = fork(main, [], {
      // Of two the last counts.
      execArgv: [...new Set([YOUNG_GENERATION, ...process.execArgv])],
      env: standsBy ? { ...environment, [STANDBY]: 'true' } : environment,
      stdio: ['ignore', logFd, logFd, 'ipc'],
      // A process group of its own: a signal to the whole of the supervisor's is for that alone, which
      // ends the agents first, and they end by this service.
      detached: true,
    });
    const ready = Promise.withResolvers<boolean>();
    const ended = Promise.withResolvers<ServiceEnd>();
    this.ready = ready.promise;
    this.ended = ended.promise;
    let line: string | undefined;
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      ready.resolve(false);
      ended.resolve({ code, signal, line });
    };
    this.#child.on('message', (raw) => {
      const message = parseServiceMessage(raw);
      if (message === undefined) return;
      if ('ready' in message) ready.resolve(true);
      else if ('failed' in message) line = message.failed;
      else notice?.(message.notice);
    });
    this.#child.on('exit', end);
    this.#child.on('error', (error) => {
      line ??= error.message;
      if (this.#child.pid === undefined) end(null, null);
    });
  }

  /** To one that stands by: does its work, with this environment. One that has ended hears nothing. */
  goOn(environment: NodeJS.ProcessEnv): void {
    const order: StandbyOrder = { environment };
    // What went wrong is told by its end.
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGTERM, then SIGKILL when it is not gone after `graceMs`. */
  async stop(graceMs: number): Promise<ServiceEnd> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Now, without being asked. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
