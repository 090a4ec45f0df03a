import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import { noSpans, type OpenSpans } from '../../core/trace/open-spans.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { isSystemError } from '../../schemas/system-error.ts';

/** What is kept is what this code wrote: raised where that becomes another. */
const VERSION = 1;

// Its inside is written and read by nobody else, and a fold of it is total.
const entries = z.array(z.tuple([z.string(), z.custom<never>()]));

const kept = z.object({
  version: z.literal(VERSION),
  /** When its EVENTS was created: another stream is another log. */
  log: z.string(),
  /** Of everything up to here the spans are sent. */
  sequence: z.int().nonnegative(),
  open: z.object({ agents: entries, messages: entries, jobs: entries, deliveries: entries }),
});

/** How far the log is sent as traces, and what had begun there and was not over. */
export interface TracePosition {
  log: string;
  sequence: number;
  open: OpenSpans;
}

/** In a file: who loses it goes on from where the log is now, and `orchestrator traces` sends the rest. */
export class TracePositionFile {
  readonly #path: string;
  readonly #logger: Logger;

  constructor(options: { path: string; logger: Logger }) {
    this.#path = options.path;
    this.#logger = options.logger;
  }

  /** Undefined where there is none of this log. */
  async load(log: string, lastSequence: number): Promise<TracePosition | undefined> {
    try {
      const found = kept.parse(JSON.parse(await readFile(this.#path, 'utf8')));
      if (found.log !== log || found.sequence > lastSequence) return undefined;
      const { agents, messages, jobs, deliveries } = found.open;
      const open = {
        agents: new Map(agents),
        messages: new Map(messages),
        jobs: new Map(jobs),
        deliveries: new Map(deliveries),
      };
      return { log, sequence: found.sequence, open: { ...noSpans(), ...open } };
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) {
        this.#logger.warn(
          { path: this.#path, err: error },
          'how far traces are sent cannot be read',
        );
      }
      return undefined;
    }
  }

  /** Throws where it cannot be written. */
  async save({ log, sequence, open }: TracePosition): Promise<void> {
    const { agents, messages, jobs, deliveries } = open;
    const content = {
      version: VERSION,
      log,
      sequence,
      open: {
        agents: [...agents],
        messages: [...messages],
        jobs: [...jobs],
        deliveries: [...deliveries],
      },
    };
    await replaceFile(this.#path, JSON.stringify(content));
  }
}
