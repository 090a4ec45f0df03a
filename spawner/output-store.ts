import type { Logger } from 'pino';
import type { LogLine } from '../core/log/append-log.ts';
import { appendError } from '../core/log/append-result.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { isPassing } from '../core/log/passing-error.ts';
import { BackOff, isWorthSaying, NEAR } from '../platform/async/back-off.ts';
import { delay } from '../platform/async/delay.ts';
import { retry } from '../platform/async/retry.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import type { OutputHealth } from './output-health.ts';
import type { OutputMarks } from './output-marks.ts';

/** Where the log of one stream of one run stands. */
export interface Mark {
  /** Position of the last line that is stored. */
  position: string | undefined;
  /** Its sequence on the subject: the next append expects it, so that nothing is stored twice. */
  sequence: number;
}

/** Whose output it is. */
export interface Output {
  subject: string;
  runId: string;
}

export interface OutputStoreOptions {
  log: EventLog;
  logger: Logger;
  health: OutputHealth;
  marks: OutputMarks;
}

/** Another has stored lines of this output, further than those in hand: they are to be read anew. */
export class OutputOvertaken extends Error {
  constructor(subject: string) {
    super(`${subject}: another stores it as well`);
  }
}

/**
 * Stores lines of output in LOGS, each once. What passes is waited for. Of a line that the broker
 * refuses for good, it is said in its place that it was refused, so that the next ones go on.
 */
export class OutputStore {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #health: OutputHealth;
  readonly #marks: OutputMarks;

  constructor({ log, logger, health, marks }: OutputStoreOptions) {
    this.#log = log;
    this.#logger = logger;
    this.#health = health;
    this.#marks = marks;
  }

  /**
   * The last stored line of this run, from the log itself; from its mark, where that is forgotten.
   * Waits for a log that is away. Throws the OrchestratorError of any other failure, and the signal's
   * reason.
   */
  async mark({ subject, runId }: Output, signal: AbortSignal): Promise<Mark> {
    const look = async () => {
      const last = await this.#log.last('LOGS', subject);
      const sequence = last?.sequence ?? 0;
      if (last?.header('ce-runid') === runId) {
        return { position: last.header('ce-position'), sequence };
      }
      const kept = await this.#marks.read(subject);
      return { position: kept?.runId === runId ? kept.position : undefined, sequence };
    };
    const failing = (error: unknown) => {
      this.#health.failing(subject, error);
      this.#logger.warn({ err: error, subject }, 'log position not readable, trying again');
    };
    return retry(look, { isPassing: isWaitedFor, failing, signal });
  }

  /**
   * Stores lines behind a mark; the mark behind them. Throws what keeps every line from being stored,
   * whatever is in it, {@link OutputOvertaken}, and the signal's reason.
   */
  async store(output: Output, lines: LogLine[], mark: Mark, signal: AbortSignal): Promise<Mark> {
    const { subject, runId } = output;
    const backOff = new BackOff(NEAR);
    let rest = lines;
    let known = mark;
    for (;;) {
      const last = rest.at(-1);
      if (last === undefined) return known;
      const result = await this.#append(output, rest, known);
      if (result.ok) {
        this.#marks.note(subject, { runId, position: last.position });
        return { position: last.position, sequence: result.sequence };
      }
      const error = appendError(result);
      // That nobody takes it may be for want of a leader: whether there is a stream, the mark tells.
      const mayPass = result.error === 'conflict' || isPassing(error);
      if (mayPass) await this.#pause(subject, error, backOff, signal);
      // Stored after all, or in part: the log itself says how far.
      const now = await this.mark(output, signal);
      const left = now.sequence === known.sequence ? rest : behind(rest, now.position);
      if (left === undefined) throw new OutputOvertaken(subject);
      [known, rest] = [now, left];
      if (mayPass) continue;
      const [first, ...others] = rest;
      if (first === undefined) return known;
      if (others.length === 0) return this.#refused(output, first, known, error);
      const half = Math.ceil(rest.length / 2);
      known = await this.store(output, rest.slice(0, half), known, signal);
      return this.store(output, rest.slice(half), known, signal);
    }
  }

  /** A line alone is refused for good: in its place stands why. */
  async #refused(
    output: Output,
    line: LogLine,
    known: Mark,
    error: OrchestratorError,
  ): Promise<Mark> {
    const { position, bytes } = line;
    const said = `[a line of ${bytes.length} bytes is lost: ${error.message}]`;
    const result = await this.#append(output, [{ ...line, bytes: Buffer.from(said) }], known);
    // It is not for what is in the line.
    if (!result.ok) throw appendError(result);
    const { subject, runId } = output;
    this.#logger.error({ err: error, subject, position }, 'a line of output is refused');
    this.#health.refused(subject, error);
    this.#marks.note(subject, { runId, position });
    return { position, sequence: result.sequence };
  }

  async #pause(
    subject: string,
    error: OrchestratorError,
    backOff: BackOff,
    signal: AbortSignal,
  ): Promise<void> {
    const wait = backOff.next();
    // A first conflict: the lines were stored, and the answer was lost.
    if (error.code === 'ORC_CONFLICT' && backOff.failures === 1) return;
    this.#health.failing(subject, error);
    if (isWorthSaying(backOff.failures)) {
      this.#logger.warn({ err: error, subject }, 'output not stored, trying again');
    }
    await delay(wait, signal);
  }

  #append({ subject, runId }: Output, lines: LogLine[], { sequence }: Mark) {
    return this.#log.appendLog(subject, lines, {
      runId,
      source: 'orchestrator/spawner',
      time: new Date().toISOString(),
      expectedLast: sequence,
    });
  }
}

/**
 * A stream that is gone may come again, and is not waited for here: whoever reads decides how long it
 * is, so that an agent can end without it.
 */
const isWaitedFor = (error: unknown): boolean =>
  isPassing(error) && !(error instanceof OrchestratorError && error.code === 'ORC_NO_STREAM');

/** The lines behind a position; undefined where it is none of theirs, so that nobody knows which those are. */
function behind(lines: LogLine[], position: string | undefined): LogLine[] | undefined {
  const index = lines.findIndex((line) => line.position === position);
  return index < 0 ? undefined : lines.slice(index + 1);
}
