import type { Logger } from 'pino';
import type { LogLine } from '../core/log/append-log.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { BackOff, isWorthSaying, NEAR } from '../platform/async/back-off.ts';
import { delay } from '../platform/async/delay.ts';
import { orAborted } from '../platform/async/or-aborted.ts';
import { startTimer } from '../platform/async/timer.ts';
import type { Health } from '../platform/service/health.ts';
import { isAgentId } from '../schemas/ids.ts';
import { subjectOf } from '../schemas/subjects.ts';
import { OutputHealth } from './output-health.ts';
import type { OutputMarks } from './output-marks.ts';
import { type Output, OutputOvertaken, OutputStore } from './output-store.ts';
import type { AgentProcess } from './runtime/runtime.ts';

const STREAMS = ['stdout', 'stderr'] as const;
type LogStream = (typeof STREAMS)[number];

/** A job's run is collected as an agent's is, under its own subject. */
const logSubject = (id: string, name: LogStream): string =>
  isAgentId(id)
    ? subjectOf({ family: 'log', agentId: id, name })
    : subjectOf({ family: 'job-log', jobId: id, name });

/** Takes out of lines what is no output of the program. */
type Pass = (stream: LogStream, lines: LogLine[]) => LogLine[] | Promise<LogLine[]>;

const all: Pass = (_stream, lines) => lines;

/** Reading for so long without an error is as good as a line that was read. */
const SETTLED_MS = 10_000;

/** What is left of an ended process's output is given up when it cannot be read, or stored, for so long. */
const LAST_PATIENCE_MS = 30_000;

export interface LogCollectorOptions {
  log: EventLog;
  logger: Logger;
  health: Health;
  /** How far it had come, also where LOGS has forgotten. */
  marks: OutputMarks;
  lastPatienceMs?: number;
}

/**
 * Publishes what an agent prints, line by line, to `agents.<id>.log.<stream>`, and reads nothing
 * into it. After any restart it goes on behind the last line that is stored: no gap, no repeat.
 */
export class LogCollector {
  readonly #logger: Logger;
  readonly #health: OutputHealth;
  readonly #store: OutputStore;
  readonly #marks: OutputMarks;
  readonly #lastPatienceMs: number;

  constructor({
    log,
    logger,
    health,
    marks,
    lastPatienceMs = LAST_PATIENCE_MS,
  }: LogCollectorOptions) {
    this.#logger = logger;
    this.#health = new OutputHealth(health);
    this.#store = new OutputStore({ log, logger, health: this.#health, marks });
    this.#marks = marks;
    this.#lastPatienceMs = lastPatienceMs;
  }

  /**
   * Collects both streams, each by itself; resolves when the process has ended and every line is
   * stored that can be read and stored. Rejects only as the signal aborts.
   *
   * @param pass what of the lines is stored; is given some of them again after a restart
   */
  async collect(process: AgentProcess, signal: AbortSignal, pass: Pass = all): Promise<void> {
    await Promise.all([
      this.#collectStream(process, 'stdout', pass, signal),
      this.#collectStream(process, 'stderr', pass, signal),
    ]);
    // Reading ends also where the process was let go, and goes on.
    await orAborted(process.exited, signal);
    const { agentId } = process;
    await Promise.all(STREAMS.map((name) => this.#marks.forget(logSubject(agentId, name))));
  }

  async #collectStream(
    process: AgentProcess,
    stream: LogStream,
    pass: Pass,
    signal: AbortSignal,
  ): Promise<void> {
    const { agentId, runId } = process;
    const subject = logSubject(agentId, stream);
    const backOff = new BackOff(NEAR);
    let [endedAt, failingSince]: [number?, number?] = [];
    void process.exited.then(() => {
      endedAt = performance.now();
    });
    const settled = () => {
      backOff.reset();
      failingSince = undefined;
      this.#health.well(subject);
    };
    for (;;) {
      try {
        await this.#readOn({ process, stream, pass }, { subject, runId }, settled, signal);
        return this.#health.well(subject);
      } catch (error) {
        if (signal.aborted) this.#health.well(subject);
        signal.throwIfAborted();
        if (error instanceof OutputOvertaken) {
          await delay(backOff.next(), signal);
          continue;
        }
        const now = performance.now();
        failingSince ??= now;
        // Not from its end on alone: the log may have been away since, and be on its way up now.
        const isOver =
          endedAt !== undefined && now - Math.max(endedAt, failingSince) > this.#lastPatienceMs;
        if (isOver) return this.#giveUp(subject, error);
        this.#health.failing(subject, error);
        const wait = backOff.next();
        if (isWorthSaying(backOff.failures)) {
          this.#logger.error({ err: error, subject }, 'output not collected, trying again');
        }
        await delay(wait, signal);
      }
    }
  }

  /** Until the end of the output; rejects where it cannot be read or stored. */
  async #readOn(
    { process, stream, pass }: { process: AgentProcess; stream: LogStream; pass: Pass },
    output: Output,
    settled: () => void,
    signal: AbortSignal,
  ): Promise<void> {
    let mark = await this.#store.mark(output, signal);
    const cancel = startTimer(SETTLED_MS, settled, { ref: false });
    try {
      for await (const lines of process.readLog(stream, mark.position, signal)) {
        cancel();
        const own = await pass(stream, lines);
        if (own.length > 0) mark = await this.#store.store(output, own, mark, signal);
        settled();
      }
    } finally {
      cancel();
    }
  }

  /** Its end is stated all the same: an agent whose output is gone is not to live for ever. */
  #giveUp(subject: string, error: unknown): void {
    this.#health.well(subject);
    this.#logger.error({ err: error, subject }, 'the rest of an ended run’s output is lost');
  }
}
