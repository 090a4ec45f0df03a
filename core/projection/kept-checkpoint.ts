import type { Logger } from 'pino';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Checkpoint, CheckpointFile } from './checkpoint-file.ts';
import { isOfLog } from './same-log.ts';

export interface KeptCheckpointOptions {
  log: EventLog;
  logger: Logger;
  file: CheckpointFile;
  /** Milliseconds between checkpoints, where something changed; 10 seconds. */
  everyMs?: number | undefined;
  /** What is to be noted, as of the call. */
  present: () => Checkpoint;
}

const EVERY_MS = 10_000;

/** The checkpoint of one who follows EVENTS: where to go on from, and noted now and then. */
export class KeptCheckpoint {
  readonly #options: KeptCheckpointOptions;
  readonly #saves = new SerialQueue();
  #saved = 0;

  constructor(options: KeptCheckpointOptions) {
    this.#options = options;
  }

  /** What can be gone on from: of this stream, and of what it has now. */
  async restore(stream: string, lastSequence: number): Promise<Checkpoint | undefined> {
    const found = await this.#options.file.load(stream, lastSequence);
    if (found === undefined) return undefined;
    const { log, logger } = this.#options;
    if (!(await isOfLog(log, found))) {
      const { sequence } = found;
      logger.warn({ sequence }, 'the checkpoint is of another log; rebuilding from the beginning');
      return undefined;
    }
    this.#saved = found.sequence;
    return found;
  }

  /** Until the signal aborts. */
  noteNowAndThen(signal: AbortSignal): void {
    const timer = setInterval(() => void this.save(), this.#options.everyMs ?? EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** Never rejects. */
  save(): Promise<void> {
    return this.#saves.run(() => this.#save());
  }

  async #save(): Promise<void> {
    const { file, logger, present } = this.#options;
    const checkpoint = present();
    if (checkpoint.sequence === this.#saved) return;
    try {
      await file.save(checkpoint);
      this.#saved = checkpoint.sequence;
    } catch (error) {
      // Without it the next start replays more; nothing else.
      logger.warn({ err: error }, 'checkpoint not written');
    }
  }
}
