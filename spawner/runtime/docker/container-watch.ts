import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { NEAR } from '../../../platform/async/back-off.ts';
import { ChangeSignal } from '../../../platform/async/change-signal.ts';
import { keepRunning } from '../../../platform/async/keep-running.ts';
import { engineMessage } from '../../../platform/docker/engine-error.ts';
import { AGENT_LABEL } from './container-options.ts';

/** What happens to one container. Never misses a change: count first, then look. */
export class ContainerChanges {
  readonly #closing: (changes: ContainerChanges) => void;
  readonly #signal = new ChangeSignal();

  constructor(closing: (changes: ContainerChanges) => void) {
    this.#closing = closing;
  }

  /** How much has happened to it; to be read before looking. */
  get count(): number {
    return this.#signal.count;
  }

  /** Resolves when more has happened than `count`, or it is watched no more. */
  changedSince(count: number): Promise<void> {
    return this.#signal.since(count);
  }

  close(): void {
    this.#signal.close();
    this.#closing(this);
  }

  poke(): void {
    this.#signal.changed();
  }
}

/** Hears whether the engine answers, and what is wrong where it does not. */
export type EngineReport = (ok: boolean, detail: string) => void;

/**
 * Says when something has happened to a container, by the engine's events: within milliseconds, and
 * again after every time that the engine was away. Listens only while somebody watches.
 */
export class ContainerWatch {
  readonly #docker: Docker;
  readonly #logger: Logger;
  readonly #engineIs: EngineReport;
  /** By container id. */
  readonly #watched = new Map<string, Set<ContainerChanges>>();
  #listening: AbortController | undefined;

  constructor(docker: Docker, logger: Logger, engineIs: EngineReport) {
    this.#docker = docker;
    this.#logger = logger;
    this.#engineIs = engineIs;
  }

  /** Begins to watch a container; to be called before it is looked at. */
  watch(id: string): ContainerChanges {
    const changes = new ContainerChanges((closed) => this.#remove(id, closed));
    const others = this.#watched.get(id);
    if (others) others.add(changes);
    else this.#watched.set(id, new Set([changes]));
    if (this.#listening === undefined) {
      this.#listening = new AbortController();
      void this.#listen(this.#listening.signal);
    }
    return changes;
  }

  #remove(id: string, closed: ContainerChanges): void {
    const all = this.#watched.get(id);
    all?.delete(closed);
    if (all?.size === 0) this.#watched.delete(id);
    if (this.#watched.size > 0) return;
    this.#listening?.abort();
    this.#listening = undefined;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    await keepRunning(() => this.#hear(signal), {
      signal,
      times: NEAR,
      ended: (error) => {
        if (error === undefined) return;
        this.#logger.warn({ err: error }, 'the Docker engine tells no events, trying again');
        this.#engineIs(false, `it does not answer: ${engineMessage(error)}`);
      },
    });
  }

  async #hear(signal: AbortSignal): Promise<void> {
    const events = await this.#docker.getEvents({
      filters: { type: ['container'], label: [AGENT_LABEL] },
      abortSignal: signal,
    });
    this.#engineIs(true, 'it answers');
    // What happened while nobody listened.
    for (const id of this.#watched.keys()) this.#poke(id);
    // An event of an exec has all that it runs, which may be megabytes: no piece is looked through twice.
    let line: string[] = [];
    for await (const chunk of events) {
      const [end = '', ...begun] = String(chunk).split('\n');
      line.push(end);
      for (const next of begun) {
        this.#poke(containerOf(line.join('')));
        line = [next];
      }
    }
  }

  #poke(id: string | undefined): void {
    if (id === undefined) return;
    for (const changes of this.#watched.get(id) ?? []) changes.poke();
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
