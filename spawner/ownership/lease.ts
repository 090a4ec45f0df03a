import type { Logger } from 'pino';
import { isUnreachable } from '../../core/log/passing-error.ts';
import { pause } from '../../platform/async/delay.ts';
import { retry } from '../../platform/async/retry.ts';
import type { LeaseStore } from '../../platform/nodes/lease-store.ts';
import type { Health } from '../../platform/service/health.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NodeLease } from '../../schemas/node-lease.ts';

export interface LeaseOptions {
  store: LeaseStore;
  /** Milliseconds that it lives without being renewed. */
  ttlMs: number;
  /** What the node says of itself now. */
  describe: () => NodeLease;
  /**
   * Called when it was without a lease for a while, before it counts as held again: others may have
   * taken agents meanwhile, and that has to be known first.
   */
  catchUp: () => Promise<void>;
  health: Health;
  logger: Logger;
}

/** How long a start waits for a server that does not answer. */
const PATIENCE_MS = 30_000;

/** Renewed so often within its time. */
const RENEWALS = 3;

/**
 * This node's right to act on its agents. It is held from a renewal that the server has stored, by
 * this process's own monotonic clock from before the request, for less than the server keeps it: so
 * whoever finds it gone can be sure that its holder does not act any more, paused or cut off
 * (docs/decisions/0010-leases-places-and-holders.md).
 */
export class Lease {
  readonly #options: LeaseOptions;
  readonly #abort = new AbortController();
  readonly #lost = Promise.withResolvers<never>();
  #revision = 0;
  #validUntil = 0;
  #heldSince = Number.POSITIVE_INFINITY;
  #superseded = false;
  #current: Promise<boolean> | undefined;
  #queued: Promise<boolean> | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** May this process act at this very moment? */
  get held(): boolean {
    return !this.#superseded && performance.now() < this.#validUntil;
  }

  /** Milliseconds that it has been held without a gap. */
  get heldForMs(): number {
    return this.held ? performance.now() - this.#heldSince : 0;
  }

  /**
   * Rejects when another process of this name has come and gone: fatal, for this one is to start anew.
   */
  get lost(): Promise<never> {
    return this.#lost.promise;
  }

  /**
   * Takes it: from nobody, or from an earlier process of this name, which from then on cannot renew
   * it. Renews it until it is released, and calls `beat` after each try, with the outcome. Throws
   * ORC_NOT_REACHABLE where nobody answers for half a minute.
   */
  async start(beat: (held: boolean) => Promise<void>): Promise<void> {
    const { logger } = this.#options;
    // A bucket that was just made has no leader yet.
    this.#validUntil = await retry(() => this.#taken(), {
      isPassing: isUnreachable,
      failing: (error) => logger.warn({ err: error }, 'lease not taken, trying again'),
      patienceMs: PATIENCE_MS,
    });
    this.#heldSince = performance.now();
    this.#report('held');
    this.#loop = this.#keep(beat);
  }

  /** Is it still one's own, asked of the server now? */
  confirm(): Promise<boolean> {
    // A try that is under way may have begun too early to tell.
    this.#queued ??= (this.#current ?? Promise.resolve(true)).then(() => {
      this.#queued = undefined;
      return this.#try();
    });
    return this.#queued;
  }

  /** Gives it back: others may take its agents at once. Nothing may be done for them after this. */
  async release(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
    const { held } = this;
    this.#validUntil = 0;
    if (!held) return;
    await this.#options.store
      .remove(this.#options.describe().node, this.#revision)
      .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'lease not given back'));
  }

  async #keep(beat: (held: boolean) => Promise<void>): Promise<void> {
    const { signal } = this.#abort;
    const everyMs = this.#options.ttlMs / RENEWALS;
    while (await pause(everyMs, signal)) await beat(await this.confirm());
  }

  #try(): Promise<boolean> {
    this.#current = this.#renew()
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'lease not renewed');
        if (!this.held) this.#report('not renewed: NATS does not answer');
        return false;
      })
      .finally(() => {
        this.#current = undefined;
      });
    return this.#current;
  }

  async #renew(): Promise<boolean> {
    const { store, describe } = this.#options;
    if (!this.#superseded && (await this.#write())) return true;
    const { node, holder } = describe();
    const { lease, revision } = await store.read(node);
    if (lease !== undefined && lease.holder !== holder) return this.#standBy(lease);
    if (this.#superseded) return this.#begone();
    this.#revision = revision;
    // Stored without our hearing of it, or ended.
    return this.#write();
  }

  /** Renews it; after a time without it, what happened meanwhile is read before it counts again. */
  async #write(): Promise<boolean> {
    const { held } = this;
    const until = await this.#written();
    if (until === undefined) return false;
    // Its answer may have come when the time before it was over.
    const hasGap = !held || !this.held;
    if (hasGap) await this.#options.catchUp();
    this.#validUntil = until;
    if (!hasGap) return true;
    this.#heldSince = performance.now();
    this.#report('held');
    return this.held;
  }

  /** As below, from whoever has it. */
  async #taken(): Promise<number> {
    const { describe, store, logger } = this.#options;
    for (;;) {
      const { lease, revision } = await store.read(describe().node);
      if (lease !== undefined) logger.info({ lease }, 'the node had a lease');
      this.#revision = revision;
      const until = await this.#written();
      if (until !== undefined) return until;
    }
  }

  /** Until when the server keeps what was stored now; undefined where it refused. */
  async #written(): Promise<number | undefined> {
    const { store, describe, ttlMs } = this.#options;
    const begun = performance.now();
    const revision = await store.write(describe(), ttlMs, this.#revision);
    if (revision === undefined) return undefined;
    this.#revision = revision;
    return begun + ttlMs;
  }

  /** The newest process of a name has it; this one only watches. */
  #standBy({ node, pid }: NodeLease): false {
    if (!this.#superseded) {
      this.#superseded = true;
      this.#report(`process ${pid} runs as ${node} too: give one of them an ORCHESTRATOR_INSTANCE`);
    }
    return false;
  }

  #begone(): false {
    const detail = 'Another process ran under this node’s name and has ended';
    this.#lost.reject(new OrchestratorError('ORC_CONFLICT', detail));
    return false;
  }

  #report(what: string): void {
    const { health, logger, describe } = this.#options;
    health.report('lease', this.held, `${describe().node}: ${what}`);
    logger[this.held ? 'info' : 'error']({ what }, 'lease');
  }
}
