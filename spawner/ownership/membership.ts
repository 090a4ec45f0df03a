import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { isLive } from '../../core/domain/agent/agent-state.ts';
import { isDraining } from '../../core/domain/node/node.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import type { Health } from '../../platform/service/health.ts';
import type { NodeLease } from '../../schemas/node-lease.ts';
import { Cluster } from './cluster.ts';
import { Lease } from './lease.ts';
import { Ownership } from './ownership.ts';

export interface MembershipOptions {
  log: EventLog;
  follower: SystemFollower;
  health: Health;
  logger: Logger;
  node: string;
  /** Where its new agents run. */
  place: string;
  /** Wherever it can attach to runs. */
  places: readonly string[];
  /** Milliseconds; see ORCHESTRATOR_NODE_LEASE and ORCHESTRATOR_NODE_GRACE. */
  leaseMs: number;
  graceMs: number;
}

/** What became known by the last try to renew the lease. */
export interface Beat {
  /** The lease had ended meanwhile: others may have acted. */
  regained: boolean;
}

/** This spawner as one of several: its lease, and the others' as they were last read. */
export class Membership {
  readonly ownership: Ownership;
  readonly #options: MembershipOptions;
  readonly #store: LeaseStore;
  readonly #holder = randomUUID();
  readonly #startedAt = new Date().toISOString();
  readonly #lease: Lease;
  readonly #cluster: Cluster;
  #regained = false;

  private constructor(options: MembershipOptions, store: LeaseStore) {
    const { node, place, places, leaseMs, graceMs, health, logger } = options;
    this.#options = options;
    this.#store = store;
    this.#lease = new Lease({
      store,
      ttlMs: leaseMs,
      describe: () => this.#describe(),
      catchUp: () => this.#catchUp(),
      health,
      logger,
    });
    this.#cluster = new Cluster({
      self: { node, place, holder: this.#holder },
      places,
      graceMs,
      state: () => options.follower.state,
      clock: () => performance.now(),
    });
    this.ownership = new Ownership(this.#lease, this.#cluster, leaseMs);
  }

  /** Opens the bucket of leases; the follower must have caught up. Throws ORC_NOT_REACHABLE. */
  static async join(options: MembershipOptions): Promise<Membership> {
    return new Membership(options, await LeaseStore.open(options.log.connection));
  }

  /** Rejects when this process is to start anew; see {@link Lease.lost}. */
  get lost(): Promise<never> {
    return this.#lease.lost;
  }

  /** Takes the lease and looks who else lives; then again and again, with a `beat` each time. */
  async start(beat: (news: Beat) => void): Promise<void> {
    await this.#lease.start(async (held) => {
      await this.#look(held);
      const regained = this.#regained;
      this.#regained = false;
      beat({ regained });
    });
    await this.#look(true);
  }

  /** Others may have its agents at once. */
  async leave(): Promise<void> {
    await this.#lease.release();
  }

  async #look(held: boolean): Promise<void> {
    try {
      if (held) return this.#cluster.update(await this.#store.all());
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the other nodes’ leases cannot be read');
    }
    this.#cluster.forget();
  }

  /** Up to the last that any owner has stated. */
  async #catchUp(): Promise<void> {
    const { log, follower } = this.#options;
    const last = await log.last('EVENTS', 'agents.*.process.*');
    if (last !== undefined) await follower.folded(last.sequence);
    this.#regained = true;
  }

  #describe(): NodeLease {
    const { node, place, places, follower } = this.#options;
    const { agents, nodes } = follower.state;
    const own = [...agents.values()].filter((agent) => isLive(agent) && agent.run.node === node);
    return {
      node,
      place,
      places: [...places],
      holder: this.#holder,
      pid: process.pid,
      version: packageJson.version,
      startedAt: this.#startedAt,
      draining: isDraining(nodes.get(node)),
      agents: own.length,
    };
  }
}
