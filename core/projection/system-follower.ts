import type { Logger } from 'pino';
import type { ParsedEvent } from '../../schemas/parse-event.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { initialSystem, type SystemState } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';

export type FoldListener = (message: StoredMessage, parsed: ParsedEvent) => void;

interface Waiter {
  sequence: number;
  resolve: () => void;
}

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
  #waiters: Waiter[] = [];

  constructor(options: { log: EventLog; logger: Logger }) {
    this.#log = options.log;
    this.#logger = options.logger;
  }

  /** Resolves when everything that was stored as of the call is folded; goes on until `signal`. */
  async start(signal: AbortSignal): Promise<void> {
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
      if (parsed.kind === 'invalid') void this.#log.deadLetter(message, parsed.reason);
      for (const listener of this.#listeners) listener(message, parsed);
    }
    const due = this.#waiters.filter((waiter) => waiter.sequence <= message.sequence);
    for (const waiter of due) waiter.resolve();
  }
}
