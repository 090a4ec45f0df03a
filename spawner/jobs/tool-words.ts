import type { Logger } from 'pino';
import type { EventLog } from '../../core/log/event-log.ts';
import { NEAR } from '../../platform/async/back-off.ts';
import { keepRunning } from '../../platform/async/keep-running.ts';
import { workedFilter } from '../../schemas/subjects.ts';
import { type WorkerWord, workerWord } from './worker-word.ts';

/** What a worker said of a job, and its place in WORKED. */
export interface PlacedWord {
  word: WorkerWord;
  position: number;
}

type Listener = (said: PlacedWord) => void;

/**
 * What the workers of one tool say. It is followed once for all jobs of the tool, as long as anybody
 * listens; what was said before somebody listened is read for that one job.
 */
export class ToolWords {
  readonly #tool: string;
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #listeners = new Map<string, Listener>();
  #following: AbortController | undefined;
  /** The place from which on it is followed. */
  #next = 1;

  constructor(tool: string, { log, logger }: { log: EventLog; logger: Logger }) {
    this.#tool = tool;
    this.#log = log;
    this.#logger = logger;
  }

  /**
   * Tells each word of a job once, in their order, until {@link leave}. Resolves when everything is told
   * that was said before. Throws as `EventLog.read` does; whoever asked leaves then.
   *
   * @param signal lets go of it all: the same for every job
   */
  async hear(jobId: string, listener: Listener, signal: AbortSignal): Promise<void> {
    const meanwhile: PlacedWord[] = [];
    this.#listeners.set(jobId, (said) => meanwhile.push(said));
    await this.#follow(signal);
    let told = 0;
    // What is not in here is followed, and the other way round for what the following comes to later.
    const tellNew = (said: PlacedWord) => {
      if (said.position <= told) return;
      told = said.position;
      listener(said);
    };
    const filter = workedFilter(this.#tool, jobId);
    const range = { stream: 'WORKED', from: { sequence: 1 }, filter, signal } as const;
    for await (const message of this.#log.read(range)) {
      const word = workerWord(message);
      if (word) tellNew({ word, position: message.sequence });
    }
    for (const said of meanwhile) tellNew(said);
    if (this.#listeners.has(jobId)) this.#listeners.set(jobId, tellNew);
  }

  /** Nobody is told anything of this job any more. */
  leave(jobId: string): void {
    this.#listeners.delete(jobId);
    if (this.#listeners.size > 0) return;
    this.#following?.abort();
    this.#following = undefined;
  }

  /** Begins behind what is there now, unless it is followed already. */
  async #follow(signal: AbortSignal): Promise<void> {
    if (this.#following) return;
    const last = await this.#log.lastSequence('WORKED');
    if (this.#following) return;
    const own = new AbortController();
    this.#following = own;
    this.#next = last + 1;
    const until = AbortSignal.any([signal, own.signal]);
    void keepRunning(() => this.#tellAll(until), {
      signal: until,
      times: NEAR,
      ended: (err) => {
        this.#logger.error({ err, tool: this.#tool }, 'workers are not heard, trying again');
      },
    });
  }

  async #tellAll(signal: AbortSignal): Promise<void> {
    const filter = workedFilter(this.#tool);
    const from = { sequence: this.#next };
    for await (const { messages } of this.#log.follow({ stream: 'WORKED', from, filter, signal })) {
      // Of one that was left a later one has taken the place.
      if (signal.aborted) return;
      for (const message of messages) {
        this.#next = message.sequence + 1;
        const listener = this.#listeners.get(message.subject.split('.')[2] ?? '');
        const word = listener && workerWord(message);
        if (word) listener?.({ word, position: message.sequence });
      }
    }
  }
}
