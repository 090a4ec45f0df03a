import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { AGENT_LABEL } from './container-options.ts';

const RETRY_MS = 250;

interface Watched {
  count: number;
  waiters: (() => void)[];
}

/**
 * Says when something has happened to a container, by the engine's events: within milliseconds, and
 * again after every time that the engine was away. Never misses a change: count first, then look.
 * Listens only while somebody watches.
 */
export class ContainerWatch {
  readonly #docker: Docker;
  readonly #logger: Logger;
  readonly #watched = new Map<string, Watched>();
  #listening: AbortController | undefined;

  constructor(docker: Docker, logger: Logger) {
    this.#docker = docker;
    this.#logger = logger;
  }

  /** Begins to watch a container; to be called before it is looked at. */
  add(id: string): void {
    if (!this.#watched.has(id)) this.#watched.set(id, { count: 0, waiters: [] });
    if (this.#listening) return;
    this.#listening = new AbortController();
    void this.#listen(this.#listening.signal);
  }

  /** How much has happened to it; to be read before looking. */
  count(id: string): number {
    return this.#watched.get(id)?.count ?? 0;
  }

  /** Resolves when more has happened than `count`, or it is watched no more. */
  async changedSince(id: string, count: number): Promise<void> {
    const watched = this.#watched.get(id);
    if (watched === undefined || watched.count !== count) return;
    await new Promise<void>((resolve) => watched.waiters.push(resolve));
  }

  remove(id: string): void {
    this.#poke(id);
    this.#watched.delete(id);
    if (this.#watched.size > 0) return;
    this.#listening?.abort();
    this.#listening = undefined;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#hear(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#logger.warn({ err: error }, 'the Docker engine tells no events, trying again');
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #hear(signal: AbortSignal): Promise<void> {
    const events = await this.#docker.getEvents({
      filters: { type: ['container'], label: [AGENT_LABEL] },
      abortSignal: signal,
    });
    // What happened while nobody listened.
    for (const id of this.#watched.keys()) this.#poke(id);
    let rest = '';
    for await (const chunk of events) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#poke(containerOf(line));
    }
  }

  #poke(id: string | undefined): void {
    const watched = id === undefined ? undefined : this.#watched.get(id);
    if (watched === undefined) return;
    watched.count += 1;
    const { waiters } = watched;
    watched.waiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** The container of an event (Engine API, "Monitor events"). */
function containerOf(line: string): string | undefined {
  try {
    const event: unknown = JSON.parse(line);
    const isOne = typeof event === 'object' && event !== null && 'id' in event;
    return isOne && typeof event.id === 'string' ? event.id : undefined;
  } catch {
    return undefined;
  }
}
