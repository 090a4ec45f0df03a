import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { LogConnection } from '../core/log/connection.ts';
import { lastMessage } from '../core/log/last.ts';
import { openBucket } from '../core/log/open-bucket.ts';
import { startTimer } from '../platform/async/timer.ts';
import { bucketStream, OUTPUT_MARKS_BUCKET } from '../schemas/buckets.ts';

const STREAM = bucketStream(OUTPUT_MARKS_BUCKET);

/** What a read may take. */
const TIMEOUT_MS = 5_000;

/** Longer than any agent is silent; what nobody came to remove goes then. */
const KEPT_MS = 366 * 86_400_000;

/** Beyond the age of LOGS a mark need not be newer than this: a line is written once a minute, not each. */
const EVERY_MS = 60_000;

const outputMark = z.object({ runId: z.string(), position: z.string() });
/** How far the output of a run is stored. */
export type OutputMark = z.infer<typeof outputMark>;

/**
 * How far each agent's output is stored, beyond the age of what is stored: LOGS forgets after days,
 * and the output itself does not. Without a mark a restart would store the lines of last month again,
 * dated today. Written at most once a minute, since LOGS itself knows better while it remembers.
 */
export class OutputMarks {
  readonly #nc: NatsConnection;
  readonly #kv: KV;
  readonly #logger: Logger;
  readonly #everyMs: number;
  /** Of each subject that was noted of late: its newest mark, and whether that is written yet. */
  readonly #resting = new Map<string, { mark: OutputMark; written: boolean }>();

  private constructor(nc: NatsConnection, kv: KV, logger: Logger, everyMs: number) {
    this.#nc = nc;
    this.#kv = kv;
    this.#logger = logger;
    this.#everyMs = everyMs;
  }

  /** Makes the bucket where there is none. Throws as {@link openBucket} does. */
  static async open(
    connection: LogConnection,
    logger: Logger,
    everyMs: number = EVERY_MS,
  ): Promise<OutputMarks> {
    const kv = await openBucket(connection, OUTPUT_MARKS_BUCKET, { ttl: KEPT_MS });
    return new OutputMarks(connection.nc, kv, logger, everyMs);
  }

  /** Undefined where none was noted. Throws the OrchestratorError of a read. */
  async read(subject: string): Promise<OutputMark | undefined> {
    const key = `$KV.${OUTPUT_MARKS_BUCKET}.${keyOf(subject)}`;
    // Not by the client's `get`, which any replica answers.
    const entry = await lastMessage(this.#nc, STREAM, key, TIMEOUT_MS);
    const isMark = entry !== undefined && entry.header('kv-operation') === undefined;
    return isMark ? markOf(entry.payload) : undefined;
  }

  /** A line is stored. Never throws: the next mark tells more. */
  note(subject: string, mark: OutputMark): void {
    const resting = this.#resting.get(subject);
    if (resting === undefined) this.#write(subject, mark);
    else this.#resting.set(subject, { mark, written: false });
  }

  /** The run is over, and all of its output is stored. */
  async forget(subject: string): Promise<void> {
    this.#resting.delete(subject);
    await this.#kv.purge(keyOf(subject)).catch((error: unknown) => this.#unwritten(subject, error));
  }

  #write(subject: string, mark: OutputMark): void {
    this.#resting.set(subject, { mark, written: true });
    this.#kv.put(keyOf(subject), JSON.stringify(mark)).catch((error: unknown) => {
      this.#unwritten(subject, error);
    });
    startTimer(this.#everyMs, () => this.#rested(subject), { ref: false });
  }

  #rested(subject: string): void {
    const resting = this.#resting.get(subject);
    this.#resting.delete(subject);
    if (resting && !resting.written) this.#write(subject, resting.mark);
  }

  #unwritten(subject: string, error: unknown): void {
    this.#logger.debug({ err: error, subject }, 'how far its output is stored was not noted');
  }
}

/** `agents.<id>.log.stdout` as a key. */
const keyOf = (subject: string): string => subject.replace(/^agents\./, '');

function markOf(payload: Uint8Array): OutputMark | undefined {
  try {
    return outputMark.safeParse(JSON.parse(Buffer.from(payload).toString())).data;
  } catch {
    return undefined;
  }
}
