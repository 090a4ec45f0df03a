import type { Logger } from 'pino';
import type { EventLog } from '../../../core/log/event-log.ts';
import type { Start } from '../../../core/log/pull-session.ts';
import type { StoredMessage } from '../../../core/log/stored-message.ts';
import { batches } from './batches.ts';
import type { MirrorOp } from './mirror-op.ts';
import type { MirrorField, MirrorPosition } from './mirror-position.ts';

export interface MirrorPumpOptions {
  log: EventLog;
  position: MirrorPosition;
  logger: Logger;
  stream: 'EVENTS' | 'LOGS';
  field: Exclude<MirrorField, 'history'>;
  /** Where a Redis that has nothing of this log begins. */
  begin: Date;
  /** Is told the sequence up to which all is written. */
  written?: (sequence: number) => void;
  /** What a message comes to; called in the order of the stream. */
  translate: (message: StoredMessage) => MirrorOp[] | Promise<MirrorOp[]>;
}

/** Messages that come to nothing move the position now and then: they are soon read again. */
const IDLE_MESSAGES = 1_000;

/**
 * Copies one stream of the log into Redis, batch by batch, each written as one with the position
 * behind it. It reads no further than it has written, so a flood waits in the log.
 */
export class MirrorPump {
  readonly #options: MirrorPumpOptions;
  readonly #caughtUp = Promise.withResolvers<void>();
  #written: number | undefined;
  /** The last sequence that is dealt with. */
  seen = 0;

  constructor(options: MirrorPumpOptions) {
    this.#options = options;
  }

  /** Resolves when everything is written that was there when it began. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Until the signal aborts. Throws what Redis and the log throw. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const from = await this.#start();
      const { stream, log } = this.#options;
      for await (const { messages, caughtUp } of log.follow({ stream, from, signal })) {
        const ours = await this.#mirrorAll(messages);
        if (!ours) break;
        if (caughtUp) this.#caughtUp.resolve();
      }
    }
  }

  async #start(): Promise<Start> {
    const { log, stream, position, field, begin, logger } = this.#options;
    this.#written = await position.at(field);
    if (this.#written === undefined) return { time: begin };
    const last = await log.lastSequence(stream);
    if (this.#written > last) {
      // Restored from a backup: the sequences that come are new ones, and so are their messages.
      logger.warn({ stream, position: this.#written, last }, 'the log is shorter than its mirror');
      await position.write(field, this.#written, last, []);
      this.#written = last;
    }
    this.seen = this.#written;
    return { sequence: this.#written + 1 };
  }

  /** False where another mirror was faster: then one goes on from where that is. */
  async #mirrorAll(messages: readonly StoredMessage[]): Promise<boolean> {
    for (const batch of batches(messages)) {
      const ops: MirrorOp[] = [];
      for (const message of batch) ops.push(...(await this.#options.translate(message)));
      const to = batch.at(-1)?.sequence ?? this.seen;
      const idle = ops.length === 0 && to - (this.#written ?? 0) < IDLE_MESSAGES;
      if (!idle && !(await this.#write(to, ops))) return false;
      this.seen = to;
      this.#options.written?.(to);
    }
    return true;
  }

  async #write(to: number, ops: MirrorOp[]): Promise<boolean> {
    const { position, field, logger } = this.#options;
    const result = await position.write(field, this.#written, to, ops);
    if (result.moved) {
      logger.warn({ field }, 'another mirror writes as well; going on from where it is');
      return false;
    }
    if (result.failed.length > 0) {
      logger.warn({ failed: result.failed }, 'keys of Redis hold something else; left out');
    }
    this.#written = to;
    return true;
  }
}
