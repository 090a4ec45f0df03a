import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EventLog } from '../core/log/event-log.ts';
import { subjectOf } from '../schemas/subjects.ts';
import type { AgentProcess, LogLine } from './runtime/runtime.ts';

type LogStream = 'stdout' | 'stderr';

/** Where the log of one stream of one run stands. */
interface Mark {
  /** Position of the last line that is stored. */
  position: string | undefined;
  /** Its sequence on the subject: the next append expects it, so that nothing is stored twice. */
  sequence: number;
}

const RETRY_MS = 250;

/**
 * Publishes what an agent prints, line by line, to `agents.<id>.log.<stream>`, and reads nothing
 * into it. After any restart it goes on behind the last line that is stored: no gap, no repeat.
 */
export class LogCollector {
  readonly #log: EventLog;
  readonly #logger: Logger;

  constructor(options: { log: EventLog; logger: Logger }) {
    this.#log = options.log;
    this.#logger = options.logger;
  }

  /** Collects both streams; resolves when the process has ended and every line is stored. */
  async collect(process: AgentProcess, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#collectStream(process, 'stdout', signal),
      this.#collectStream(process, 'stderr', signal),
    ]);
  }

  async #collectStream(
    process: AgentProcess,
    stream: LogStream,
    signal: AbortSignal,
  ): Promise<void> {
    const subject = subjectOf({ family: 'log', agentId: process.agentId, name: stream });
    let mark = await this.#mark(subject, process.runId, signal);
    for await (const lines of process.readLog(stream, mark.position, signal)) {
      mark = await this.#store(subject, process.runId, lines, mark, signal);
    }
  }

  /** The last stored line of this run, from the log itself. */
  async #mark(subject: string, runId: string, signal: AbortSignal): Promise<Mark> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const last = await this.#log.last('LOGS', subject);
        const ofThisRun = last?.header('ce-runid') === runId;
        return {
          position: ofThisRun ? last?.header('ce-position') : undefined,
          sequence: last?.sequence ?? 0,
        };
      } catch (error) {
        this.#logger.warn({ err: error, subject }, 'log position not readable, trying again');
        await delay(RETRY_MS, undefined, { signal });
      }
    }
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
    for (;;) {
      const last = rest.at(-1);
      if (last === undefined) return known;
      const result = await this.#log.appendLog(subject, rest, {
        runId,
        source: 'orchestrator/spawner',
        time: new Date().toISOString(),
        expectedLast: known.sequence,
      });
      if (result.ok) return { position: last.position, sequence: result.sequence };
      if (result.error !== 'conflict') {
        this.#logger.warn({ subject, error: result.error }, 'log lines not stored, trying again');
        await delay(RETRY_MS, undefined, { signal });
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
