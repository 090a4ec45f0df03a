import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { METRICS, type Sample } from '../../schemas/metrics.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import { type Counting, countMessage } from './count-event.ts';
import { keptValues, MetricValues } from './metric-values.ts';
import { OpenWork, openWork } from './open-work.ts';

export interface LogCountsOptions {
  log: EventLog;
  logger: Logger;
  /** Where it notes how far it has counted; may be deleted at any time. */
  path: string;
  kinds: readonly string[];
  signal: AbortSignal;
  /** Milliseconds between two notes, where something changed; 10 seconds. */
  saveEveryMs?: number;
}

const SAVE_EVERY_MS = 10_000;

/** To be raised where something is counted otherwise than before: then the whole log is counted anew. */
const COUNTING = 1;

const VERSION = createHash('sha256')
  .update(JSON.stringify([COUNTING, METRICS]))
  .digest('hex');

const kept = z.object({
  version: z.literal(VERSION),
  /** When its EVENTS was created: another stream is another log. */
  log: z.string(),
  sequence: z.int().nonnegative(),
  values: keptValues,
  open: openWork,
});

/**
 * What the log of EVENTS counts to. It follows the log from the first question on, behind where an earlier
 * process was, and for as long as its process lives: a system that nobody measures pays nothing.
 */
export class LogCounts {
  readonly #options: LogCountsOptions;
  readonly #changes = new ChangeSignal();
  #following: Promise<void> | undefined;
  #counting: Counting;
  #sequence = 0;
  #stream = '';
  #savedAt = 0;

  constructor(options: LogCountsOptions) {
    this.#options = options;
    this.#counting = this.#from(new MetricValues(), new OpenWork());
  }

  /**
   * The numbers as of everything that is stored now. Rejects where it has not come so far within the time,
   * as at the first question to a long log: a counter that is still being caught up with would look like a
   * thousand turns a second.
   */
  async samples(withinMs: number): Promise<Sample[]> {
    const { log, signal } = this.#options;
    const last = await log.lastSequence('EVENTS');
    const following = this.#follow();
    const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    // It ends before that only with an error.
    await Promise.race([this.#changes.until(() => this.#sequence >= last, within), following]);
    return this.#counting.values.samples();
  }

  #follow(): Promise<void> {
    if (this.#following !== undefined) return this.#following;
    const following = this.#run();
    this.#following = following;
    following.catch((error: unknown) => {
      this.#options.logger.warn(
        { err: error },
        'the log is not counted; the next question tries again',
      );
      this.#following = undefined;
    });
    return following;
  }

  async #run(): Promise<void> {
    const { log, signal } = this.#options;
    const { created, lastSequence } = await log.identity('EVENTS');
    await this.#restore(created, lastSequence);
    const from = { sequence: this.#sequence + 1 };
    for await (const { messages, caughtUp } of log.follow({
      stream: 'EVENTS',
      from,
      created,
      signal,
    })) {
      for (const message of messages) this.#count(message);
      // The last of them may have been removed by hand.
      if (caughtUp) this.#sequence = Math.max(this.#sequence, lastSequence);
      this.#changes.changed();
      if (performance.now() - this.#savedAt > (this.#options.saveEveryMs ?? SAVE_EVERY_MS)) {
        await this.save();
      }
    }
  }

  #count(message: StoredMessage): void {
    countMessage(parseEvent(message), this.#counting);
    this.#sequence = message.sequence;
  }

  /** Notes how far it has counted. Never rejects. */
  async save(): Promise<void> {
    if (this.#following === undefined) return;
    this.#savedAt = performance.now();
    const { path, logger } = this.#options;
    const { values, open } = this.#counting;
    const content: z.infer<typeof kept> = {
      version: VERSION,
      log: this.#stream,
      sequence: this.#sequence,
      values: values.kept(),
      open: open.kept(),
    };
    await replaceFile(path, JSON.stringify(content)).catch((error: unknown) => {
      // Without it the next process counts more; nothing else.
      logger.warn({ err: error }, 'how far the log is counted was not written');
    });
  }

  async #restore(created: string, lastSequence: number): Promise<void> {
    const found = await this.#load();
    const isOurs = found?.log === created && found.sequence <= lastSequence;
    this.#stream = created;
    this.#sequence = isOurs ? found.sequence : 0;
    this.#counting = isOurs
      ? this.#from(MetricValues.of(found.values), new OpenWork(found.open))
      : this.#from(new MetricValues(), new OpenWork());
  }

  async #load(): Promise<z.infer<typeof kept> | undefined> {
    const { path, logger } = this.#options;
    try {
      return kept.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) {
        logger.info(
          { path },
          'no usable note of what the log counts to; counting from the beginning',
        );
      }
      return undefined;
    }
  }

  #from(values: MetricValues, open: OpenWork): Counting {
    return { values, open, kinds: new Set(this.#options.kinds) };
  }
}
