import type { Logger } from 'pino';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { type FoldedMessage, foldMessage } from '../domain/fold-message.ts';
import { initialSystem, type SystemState } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import type { Checkpoint, CheckpointFile } from './checkpoint-file.ts';
import { KeptCheckpoint } from './kept-checkpoint.ts';

export type FoldListener = (message: StoredMessage, folded: FoldedMessage) => void;

/** Dead letters that are stored side by side: one by one, each would wait for the one before. */
const LETTERS_AT_ONCE = 64;

interface LeftOut {
  message: StoredMessage;
  reason: string;
}

export interface SystemFollowerOptions {
  log: EventLog;
  logger: Logger;
  /** Where it says what it left out. */
  health?: { report(name: string, ok: boolean, detail: string): void };
  /** Where to go on from, and where to note it; without one everything is replayed. */
  checkpoint?: CheckpointFile;
  /** Milliseconds between checkpoints, where something changed; 10 seconds. */
  checkpointEveryMs?: number;
}

/**
 * Keeps a {@link SystemState} that follows EVENTS: replays it, then goes on live. Everything that
 * acts on or serves the state holds one of these.
 *
 * @example
 * const follower = new SystemFollower({ log, logger });
 * await follower.start(signal);
 * follower.state.agents.get('agent-0123456789ab')?.phase; // 'ready'
 */
export class SystemFollower {
  state: SystemState = initialSystem();
  /** The last sequence of EVENTS that was seen, folded or skipped. */
  sequence = 0;
  /** What was met and not folded: of a newer version, not what it promises, or said too late. */
  readonly skipped = { unknown: 0, invalid: 0, refused: 0 };
  readonly #options: SystemFollowerOptions;
  readonly #listeners = new Set<FoldListener>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #changes = new ChangeSignal();
  readonly #kept: KeptCheckpoint | undefined;
  readonly #deadLetters = new SerialQueue();
  #leftOut: LeftOut[] = [];
  #stream = '';
  #history = '';
  /** When the broker stored the message of `sequence` (RFC 3339); undefined where none was seen. */
  #seenAt: () => string | undefined = () => undefined;

  constructor(options: SystemFollowerOptions) {
    this.#options = options;
    const { log, logger, checkpoint: file, checkpointEveryMs: everyMs } = options;
    const present = () => this.#present();
    this.#kept = file && new KeptCheckpoint({ log, logger, file, everyMs, present });
  }

  /**
   * Resolves when everything that was stored as of the call is folded; goes on until `signal`.
   * Rejects when it aborts before that, or when the log cannot be followed.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { created, lastSequence, history } = await this.#options.log.identity('EVENTS');
    this.#stream = created;
    this.#history = history;
    await this.#restore(lastSequence);
    this.#kept?.noteNowAndThen(signal);
    const caughtUp = Promise.withResolvers<void>();
    let live = false;
    const whenCaughtUp = () => {
      live = true;
      // The last of them may have been removed by hand.
      if (lastSequence > this.sequence) {
        this.sequence = lastSequence;
        this.#seenAt = () => undefined;
      }
      this.#changes.changed();
      caughtUp.resolve();
    };
    this.#follow(signal, whenCaughtUp).then(
      () => (live ? this.#ended.resolve() : caughtUp.reject(signal.reason)),
      (error: unknown) => (live ? this.#ended : caughtUp).reject(error),
    );
    await caughtUp.promise;
  }

  /**
   * Resolves when the signal has ended it. Rejects when the log cannot be followed any more, or is
   * another one: nobody may serve or act on a state that stands still, so a service takes it for fatal
   * and is started again.
   */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Called right after each message is folded, in order; with those of the replay too, where it
   * subscribes before `start`. Returns what ends the calls.
   */
  subscribe(listener: FoldListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when `sequence` is folded; rejects when the signal aborts before. */
  async folded(sequence: number, signal?: AbortSignal): Promise<void> {
    await this.#changes.until(() => sequence <= this.sequence, signal);
  }

  /** Resolves when the state is as it is wanted, now or later; rejects when the signal aborts before. */
  async until(isSo: (state: SystemState) => boolean, signal?: AbortSignal): Promise<void> {
    await this.#changes.until(() => isSo(this.state), signal);
  }

  /** Notes the state and its sequence; by itself now and then, and by the owner at the end. */
  async saveCheckpoint(): Promise<void> {
    await this.#kept?.save();
  }

  async #restore(lastSequence: number): Promise<void> {
    const found = await this.#kept?.restore(this.#history, lastSequence);
    if (found === undefined) return;
    this.#seenAt = () => found.seenAt;
    this.state = found.state;
    this.sequence = found.sequence;
  }

  #present(): Checkpoint {
    const { sequence, state } = this;
    return { stream: this.#history, sequence, seenAt: this.#seenAt(), state };
  }

  async #follow(signal: AbortSignal, whenCaughtUp: () => void): Promise<void> {
    const from = { sequence: this.sequence + 1 };
    const created = this.#stream;
    const following = this.#options.log.follow({ stream: 'EVENTS', from, created, signal });
    for await (const { messages, caughtUp } of following) {
      for (const message of messages) this.#fold(message);
      if (caughtUp) whenCaughtUp();
    }
  }

  #fold(message: StoredMessage): void {
    this.sequence = message.sequence;
    // Made to a text at a checkpoint, not for each of a million.
    this.#seenAt = () => message.time.toISOString();
    const folded = foldMessage(this.state, message);
    if (folded.kind !== 'event') this.#skip(message, folded);
    for (const listener of this.#listeners) this.#tell(listener, message, folded);
    this.#changes.changed();
  }

  /** A listener's mistake is its own: the state goes on. */
  #tell(listener: FoldListener, message: StoredMessage, folded: FoldedMessage): void {
    try {
      listener(message, folded);
    } catch (error) {
      this.#options.logger.error({ err: error, sequence: message.sequence }, 'listener failed');
    }
  }

  #skip(message: StoredMessage, folded: Exclude<FoldedMessage, { kind: 'event' }>): void {
    this.skipped[folded.kind] += 1;
    if (folded.kind === 'unknown') return;
    const { sequence } = message;
    const { reason } = folded;
    const { logger, health } = this.#options;
    logger.warn({ sequence, reason }, 'event left out');
    const count = this.skipped.invalid + this.skipped.refused;
    const detail = `${count} left out since the start, the last at ${sequence}: ${reason}`;
    // Nothing that an operator has to do: whoever stated them can state more.
    health?.report('events', true, `${detail}; EVENTS_DLQ keeps them`);
    this.#leftOut.push({ message, reason });
    // In their order, beside the fold; whoever meets one again stores it once.
    void this.#deadLetters.run(() => this.#storeLetters());
  }

  async #storeLetters(): Promise<void> {
    const some = this.#leftOut.splice(0, LETTERS_AT_ONCE);
    await Promise.all(some.map((one) => this.#deadLetter(one)));
  }

  async #deadLetter({ message, reason }: LeftOut): Promise<void> {
    const { log, logger } = this.#options;
    const result = await log.deadLetter(message, reason);
    if (result.ok) return;
    logger.warn({ sequence: message.sequence, error: result.error }, 'dead letter not stored');
  }
}
