import type { Logger } from 'pino';
import type { ParsedEvent } from '../../schemas/parse-event.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { initialSystem, type SystemState } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import type { CheckpointFile } from './checkpoint-file.ts';

export type FoldListener = (message: StoredMessage, parsed: ParsedEvent) => void;

export interface SystemFollowerOptions {
  log: EventLog;
  logger: Logger;
  /** Where to go on from, and where to note it; without one everything is replayed. */
  checkpoint?: CheckpointFile;
}

interface Waiter {
  sequence: number;
  resolve: () => void;
}

const CHECKPOINT_EVERY_MS = 10_000;

/**
 * Keeps a {@link SystemState} that follows EVENTS: replays it, then goes on live. Everything that
 * acts on or serves the state holds one of these.
 */
export class SystemFollower {
  state: SystemState = initialSystem();
  /** The last sequence of EVENTS that was seen, folded or skipped. */
  sequence = 0;
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #listeners = new Set<FoldListener>();
  readonly #checkpoint: CheckpointFile | undefined;
  /** What was met and not folded: of a newer version, or not what its type promises. */
  readonly skipped = { unknown: 0, invalid: 0 };
  #waiters: Waiter[] = [];
  #stream = '';
  #saved = 0;

  constructor(options: SystemFollowerOptions) {
    this.#log = options.log;
    this.#logger = options.logger;
    this.#checkpoint = options.checkpoint;
  }

  /** Resolves when everything that was stored as of the call is folded; goes on until `signal`. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#load(signal);
    const caughtUp = Promise.withResolvers<void>();
    this.#follow(signal, () => caughtUp.resolve()).catch((error: unknown) => {
      caughtUp.reject(error);
      this.#logger.error({ err: error }, 'following the log ended');
    });
    await caughtUp.promise;
  }

  /** Called right after each message is folded, in order. Returns what ends the calls. */
  subscribe(listener: FoldListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when `sequence` is folded; rejects when the signal aborts before. */
  async folded(sequence: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (sequence <= this.sequence) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { sequence, resolve };
    this.#waiters.push(waiter);
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#waiters = this.#waiters.filter((one) => one !== waiter);
    }
  }

  /** Notes the state and its sequence; called by itself now and then, and by the owner at the end. */
  async saveCheckpoint(): Promise<void> {
    const { sequence, state } = this;
    if (this.#checkpoint === undefined || sequence === this.#saved) return;
    try {
      await this.#checkpoint.save({ stream: this.#stream, sequence, state });
      this.#saved = sequence;
    } catch (error) {
      // Without it the next start replays more; nothing else.
      this.#logger.warn({ err: error }, 'checkpoint not written');
    }
  }

  async #load(signal: AbortSignal): Promise<void> {
    if (this.#checkpoint === undefined) return;
    const { created, lastSequence } = await this.#log.identity('EVENTS');
    this.#stream = created;
    const found = await this.#checkpoint.load(created, lastSequence);
    if (found) {
      this.state = found.state;
      this.sequence = found.sequence;
      this.#saved = found.sequence;
    }
    const timer = setInterval(() => void this.saveCheckpoint(), CHECKPOINT_EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  async #follow(signal: AbortSignal, whenCaughtUp: () => void): Promise<void> {
    const from = { sequence: this.sequence + 1 };
    for await (const { messages, caughtUp } of this.#log.follow({
      stream: 'EVENTS',
      from,
      signal,
    })) {
      for (const message of messages) this.#fold(message);
      if (caughtUp) whenCaughtUp();
    }
  }

  #fold(message: StoredMessage): void {
    this.sequence = message.sequence;
    if (!message.subject.startsWith('schedules.')) {
      const parsed = foldMessage(this.state, message);
      if (parsed.kind !== 'event') this.#skip(message, parsed);
      for (const listener of this.#listeners) listener(message, parsed);
    }
    const due = this.#waiters.filter((waiter) => waiter.sequence <= message.sequence);
    for (const waiter of due) waiter.resolve();
  }

  #skip(message: StoredMessage, parsed: Exclude<ParsedEvent, { kind: 'event' }>): void {
    this.skipped[parsed.kind] += 1;
    if (parsed.kind === 'unknown') return;
    this.#logger.warn(
      { sequence: message.sequence, reason: parsed.reason },
      'event does not parse',
    );
    // Its id is derived from the message: whoever meets it again stores it once.
    void this.#log.deadLetter(message, parsed.reason);
  }
}
