import type { Logger } from 'pino';
import type { LogLine } from '../core/log/append-log.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { BackOff, isWorthSaying, NEAR } from '../platform/async/back-off.ts';
import { delay } from '../platform/async/delay.ts';
import { orAborted } from '../platform/async/or-aborted.ts';
import { always, retry } from '../platform/async/retry.ts';
import { startTimer } from '../platform/async/timer.ts';
import type { Health } from '../platform/service/health.ts';
import { subjectOf } from '../schemas/subjects.ts';
import { OutputHealth } from './output-health.ts';
import type { OutputMarks } from './output-marks.ts';
import type { AgentProcess } from './runtime/runtime.ts';

const STREAMS = ['stdout', 'stderr'] as const;
type LogStream = (typeof STREAMS)[number];

const logSubject = (agentId: string, name: LogStream): string =>
  subjectOf({ family: 'log', agentId, name });

/** Where the log of one stream of one run stands. */
interface Mark {
  /** Position of the last line that is stored. */
  position: string | undefined;
  /** Its sequence on the subject: the next append expects it, so that nothing is stored twice. */
  sequence: number;
}

/** Reading for so long without an error is as good as a line that was read. */
const SETTLED_MS = 10_000;

/** What is left of an ended process's output is given up when it cannot be read for so long. */
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
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #health: OutputHealth;
  readonly #marks: OutputMarks;
  readonly #lastPatienceMs: number;

  constructor({
    log,
    logger,
    health,
    marks,
    lastPatienceMs = LAST_PATIENCE_MS,
  }: LogCollectorOptions) {
    this.#log = log;
    this.#logger = logger;
    this.#health = new OutputHealth(health);
    this.#marks = marks;
    this.#lastPatienceMs = lastPatienceMs;
  }

  /**
   * Collects both streams, each by itself; resolves when the process has ended and every line is
   * stored that can be read. Rejects only as the signal aborts.
   */
  async collect(process: AgentProcess, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#collectStream(process, 'stdout', signal),
      this.#collectStream(process, 'stderr', signal),
    ]);
    // Reading ends also where the process was let go, and goes on.
    await orAborted(process.exited, signal);
    const { agentId } = process;
    await Promise.all(STREAMS.map((name) => this.#marks.forget(logSubject(agentId, name))));
  }

  async #collectStream(
    process: AgentProcess,
    stream: LogStream,
    signal: AbortSignal,
  ): Promise<void> {
    const subject = logSubject(process.agentId, stream);
    const backOff = new BackOff(NEAR);
    let giveUpAt = Number.POSITIVE_INFINITY;
    void process.exited.then(() => {
      giveUpAt = performance.now() + this.#lastPatienceMs;
    });
    for (;;) {
      try {
        await this.#readOn(process, stream, subject, backOff, signal);
        return this.#health.well(subject);
      } catch (error) {
        if (signal.aborted) this.#health.well(subject);
        signal.throwIfAborted();
        if (performance.now() > giveUpAt) return this.#giveUp(subject, error);
        this.#health.failing(subject, error);
        const wait = backOff.next();
        if (isWorthSaying(backOff.failures)) {
          this.#logger.error({ err: error, subject }, 'output not readable, trying again');
        }
        await delay(wait, signal);
      }
    }
  }

  /** Until the end of the output, or until it cannot be read. */
  async #readOn(
    process: AgentProcess,
    stream: LogStream,
    subject: string,
    backOff: BackOff,
    signal: AbortSignal,
  ): Promise<void> {
    const settled = () => {
      backOff.reset();
      this.#health.well(subject);
    };
    const cancel = startTimer(SETTLED_MS, settled, { ref: false });
    try {
      let mark = await this.#mark(subject, process.runId, signal);
      for await (const lines of process.readLog(stream, mark.position, signal)) {
        mark = await this.#store(subject, process.runId, lines, mark, signal);
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

  /** The last stored line of this run, from the log itself; from its mark, where that is forgotten. */
  #mark(subject: string, runId: string, signal: AbortSignal): Promise<Mark> {
    const look = async () => {
      const last = await this.#log.last('LOGS', subject);
      const sequence = last?.sequence ?? 0;
      if (last?.header('ce-runid') === runId) {
        return { position: last.header('ce-position'), sequence };
      }
      const kept = await this.#marks.read(subject);
      return { position: kept?.runId === runId ? kept.position : undefined, sequence };
    };
    const failing = (error: unknown) =>
      this.#logger.warn({ err: error, subject }, 'log position not readable, trying again');
    return retry(look, { isPassing: always, failing, signal });
  }

  async #store(
    subject: string,
    runId: string,
    lines: LogLine[],
    mark: Mark,
    signal: AbortSignal,
  ): Promise<Mark> {
    let rest = lines;
    let known = mark;
    const backOff = new BackOff(NEAR);
    for (;;) {
      const last = rest.at(-1);
      if (last === undefined) return known;
      const result = await this.#log.appendLog(subject, rest, {
        runId,
        source: 'orchestrator/spawner',
        time: new Date().toISOString(),
        expectedLast: known.sequence,
      });
      if (result.ok) {
        const { position } = last;
        this.#marks.note(subject, { runId, position });
        return { position, sequence: result.sequence };
      }
      if (result.error !== 'conflict') {
        const wait = backOff.next();
        if (isWorthSaying(backOff.failures)) {
          this.#logger.warn({ subject, error: result.error }, 'output not stored, trying again');
        }
        await delay(wait, signal);
      }
      // Stored after all, or not: the log itself says how far.
      const stored = await this.#mark(subject, runId, signal);
      rest = after(rest, stored.position);
      known = stored;
    }
  }
}

/** The lines behind a position; all of them where it is none of theirs. */
function after(lines: LogLine[], position: string | undefined): LogLine[] {
  const index = lines.findIndex((line) => line.position === position);
  return index < 0 ? lines : lines.slice(index + 1);
}
