import { delay } from '../../platform/async/delay.ts';
import type { TurnProblem } from '../voice/turn-problem.ts';
import type { CliExit, Driver, DriverEvents, TurnOutcome } from './driver.ts';
import { ModelTrouble } from './model-trouble.ts';

export interface AgentHostOptions {
  /** Starts the CLI, with the session of the one before where there was one. */
  start: (session: string | undefined, events: DriverEvents) => Driver;
  /** The agent goes on after an end: the session that its CLI had then, and what was said, in short. */
  resumes?: { session: string | undefined; digest: string } | undefined;
  /** Keeps the session, from the first message on, for a host that goes on with it. */
  keepSession?: (session: string) => void;
  permission: DriverEvents['permission'];
  /** States that the agent takes messages, or why it cannot; stored when it resolves. */
  sayReady: (problem?: string) => Promise<void>;
  /**
   * States the end of a turn; stored when it resolves.
   * @param taken how many messages were taken by then and do not wait any more
   */
  sayTurnEnd: (outcome: TurnOutcome, taken: number) => Promise<void>;
  /** Tells the user what the CLI has answered by itself. */
  sayAnswer: (text: string) => Promise<void>;
  /** Tells the user something beside the answers. */
  sayNotice: (text: string) => Promise<void>;
  log: (line: string) => void;
  /** How long the CLI may take until it takes messages. Milliseconds; 180 s without. */
  startTimeoutMs?: number;
  /** How long an interrupt or a close may have no effect before the CLI is ended. Milliseconds. */
  patienceMs?: number;
  /** How long a model may fail before the user hears of it. Milliseconds; 10 s without. */
  troubleAfterMs?: number;
}

/** A CLI that starts within seconds takes more than a minute where many others want the processor. */
const START_TIMEOUT_MS = 180_000;
const PATIENCE_MS = 10_000;
const TROUBLE_AFTER_MS = 10_000;

const FORGOTTEN = 'I had to start anew after a crash, and do not remember what we talked about.';

const NOT_TAKEN_UP =
  'I go on in my folder, and could not take up the session that I had: I begin with a digest of what we said.';

/** The most crashes within the window that a CLI is started again after. */
const MAX_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

/**
 * The life of an agent's CLI, as its parent: hands messages over in order, keeps them while the CLI
 * cannot take them, states the end of turns, starts a CLI that crashed again on its session, and
 * ends it when it is done. It knows no protocol; its driver does
 * (docs/decisions/0040-a-host-for-every-real-cli.md).
 */
export class AgentHost {
  readonly #options: AgentHostOptions;
  readonly #waiting: string[] = [];
  readonly #crashes: number[] = [];
  #driver: Driver | undefined;
  #takes = false;
  #working = false;
  #closing = false;
  #session: string | undefined;
  #stated: Promise<void> = Promise.resolve();
  #turns = 0;
  #received = 0;
  readonly #trouble: ModelTrouble;
  /** Stands before the first message. */
  #digest = '';

  constructor(options: AgentHostOptions) {
    this.#options = options;
    const say = (text: string) => this.#notice(text);
    const { log, troubleAfterMs: afterMs = TROUBLE_AFTER_MS } = options;
    this.#trouble = new ModelTrouble({ say, log, afterMs });
  }

  /** A message of the user. */
  message(text: string): void {
    this.#options.log(`> message of ${text.length} characters`);
    this.#received += 1;
    this.#waiting.push(text);
    this.#handOver();
  }

  /** Ends the running turn; without one nothing happens. */
  interrupt(): void {
    if (!this.#working && this.#waiting.length === 0) return;
    this.#options.log('interrupted');
    this.#waiting.length = 0;
    if (!this.#working) {
      this.#turnEnded({});
      return;
    }
    const turn = this.#turns;
    this.#driver?.interrupt();
    void this.#afterPatience(() => this.#working && this.#turns === turn);
  }

  /** Ends when everything that was taken is done. */
  finish(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#working) this.#options.log('ending when this turn is done');
    this.#closeWhenIdle();
  }

  /** Runs until it was told to finish, or the CLI does not run; the exit code. */
  async run(): Promise<number> {
    const problem = await this.#begin();
    if (problem !== undefined) {
      this.#options.log(problem);
      await this.#options.sayReady(problem);
      return 1;
    }
    await this.#options.sayReady();
    this.#takes = true;
    this.#handOver();
    for (;;) {
      const exit = await this.#untilExit();
      this.#takes = false;
      await this.#stated;
      if (this.#closing && !this.#working && this.#waiting.length === 0) return 0;
      if (!(await this.#restart(exit))) return 1;
    }
  }

  /** On the session of the run before, where there was one and its CLI can take it up. */
  async #begin(): Promise<string | undefined> {
    const { resumes, log } = this.#options;
    if (resumes === undefined) return this.#startCli();
    this.#session = resumes.session;
    const failed = await this.#startCli();
    if (resumes.session !== undefined && failed === undefined) return undefined;
    this.#digest = resumes.digest;
    if (resumes.session === undefined) return failed;
    log(`its session cannot be taken up (${failed}), beginning a new one`);
    this.#session = undefined;
    const failedAgain = await this.#startCli();
    if (failedAgain === undefined) this.#notice(NOT_TAKEN_UP);
    return failedAgain;
  }

  /** Resolves when the CLI takes messages, or with what is wrong. */
  async #startCli(): Promise<string | undefined> {
    const { start, startTimeoutMs = START_TIMEOUT_MS } = this.#options;
    const said: string[] = [];
    const driver = start(this.#session, this.#events(said));
    this.#driver = driver;
    const timer = new AbortController();
    const late = delay(startTimeoutMs, timer.signal).then(() => {
      throw new Error(`it was not ready within ${startTimeoutMs / 1000} s`);
    });
    late.catch(() => undefined);
    const gone = driver.exited.then(({ code, signal }) => {
      throw new Error(`it ended with ${signal ?? `code ${code}`} before it was ready`);
    });
    gone.catch(() => undefined);
    try {
      await Promise.race([driver.ready, gone, late]);
      return undefined;
    } catch (error) {
      driver.kill();
      await driver.exited;
      const reason = error instanceof Error ? error.message : String(error);
      const words = said.slice(-3).join(' ');
      return words === '' ? reason : `${reason}: ${words}`;
    } finally {
      timer.abort();
      driver.ready.catch(() => undefined);
    }
  }

  #events(said: string[]): DriverEvents {
    const { log, permission } = this.#options;
    return {
      turnEnded: (outcome) => this.#turnEnded(outcome),
      permission,
      retried: (reason) => this.#trouble.retried(reason),
      answered: (text) => {
        this.#stated = this.#stated.then(() => this.#options.sayAnswer(text));
      },
      session: (id) => {
        this.#session = id;
        if (this.#received > 0) this.#keepSession();
      },
      log: (line) => {
        said.push(line);
        if (said.length > 20) said.shift();
        log(line);
      },
    };
  }

  #handOver(): void {
    const driver = this.#driver;
    while (driver && this.#takes && this.#waiting.length > 0) {
      if (this.#working && !driver.joins) return;
      const text = this.#waiting.shift();
      if (text === undefined) return;
      this.#working = true;
      driver.send(this.#digest === '' ? text : `${this.#digest}\n\n${text}`);
      this.#digest = '';
      this.#keepSession();
    }
  }

  /** One in which nothing was said yet cannot be taken up. */
  #keepSession(): void {
    if (this.#session !== undefined) this.#options.keepSession?.(this.#session);
  }

  /** Messages that wait belong to what the user has asked: the turn goes on with them. */
  #turnEnded(outcome: TurnOutcome): void {
    this.#working = false;
    this.#trouble.reset();
    this.#turns += 1;
    if (outcome.problem) this.#options.log(`${outcome.problem.code}: ${outcome.problem.detail}`);
    if (this.#waiting.length > 0 && this.#takes && outcome.problem === undefined) {
      this.#handOver();
      return;
    }
    this.#options.log('turn ended');
    const taken = this.#received - this.#waiting.length;
    this.#stated = this.#stated.then(() => this.#options.sayTurnEnd(outcome, taken));
    this.#handOver();
    this.#closeWhenIdle();
  }

  /** Tells the user something, after everything that was stated before. A failure does not stop the turn. */
  #notice(text: string): void {
    const { sayNotice, log } = this.#options;
    const unsaid = (error: unknown) => log(`not said: ${error}`);
    this.#stated = this.#stated.then(() => sayNotice(text).catch(unsaid));
  }

  #closeWhenIdle(): void {
    if (!this.#closing || this.#working || this.#waiting.length > 0) return;
    this.#driver?.close();
    void this.#afterPatience(() => true);
  }

  /** Ends the CLI when it has not done what it was asked for within the patience. */
  async #afterPatience(isStuck: () => boolean): Promise<void> {
    const driver = this.#driver;
    await delay(this.#options.patienceMs ?? PATIENCE_MS);
    if (isStuck() && driver === this.#driver) driver?.kill();
  }

  #untilExit(): Promise<CliExit> {
    if (this.#driver === undefined) throw new Error('the CLI was not started');
    return this.#driver.exited;
  }

  /** Fails the turn in which the CLI crashed, and starts another CLI on the same session. */
  async #restart({ code, signal }: CliExit): Promise<boolean> {
    const detail = signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`;
    this.#options.log(`the CLI has ended (${detail})`);
    if (this.#working) this.#turnEnded({ problem: crashed(detail) });
    const now = performance.now();
    this.#crashes.push(now);
    const recent = this.#crashes.filter((at) => now - at < CRASH_WINDOW_MS);
    const problem = recent.length > MAX_CRASHES ? 'it crashes again and again' : undefined;
    const failed = problem ?? (await this.#startAgain());
    if (failed !== undefined) {
      this.#options.log(failed);
      await this.#stated;
      return false;
    }
    this.#takes = true;
    this.#handOver();
    this.#closeWhenIdle();
    return true;
  }

  /** On its session; where that cannot be taken up, on a new one: better forgetful than dead. */
  async #startAgain(): Promise<string | undefined> {
    const failed = await this.#startCli();
    if (failed === undefined) this.#options.log('started again on its session');
    if (failed === undefined || this.#session === undefined) return failed;
    this.#options.log(`its session cannot be taken up (${failed}), beginning a new one`);
    this.#session = undefined;
    this.#notice(FORGOTTEN);
    return this.#startCli();
  }
}

const crashed = (detail: string): TurnProblem => ({ code: 'ORC_AGENT_CRASHED', detail });
