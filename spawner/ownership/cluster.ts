import { isLive } from '../../core/domain/agent/agent-state.ts';
import type { ClusterView } from '../../core/domain/agent/claim.ts';
import { isDraining } from '../../core/domain/node/node.ts';
import type { SystemState } from '../../core/domain/system-state.ts';
import type { NodeLease } from '../../schemas/node-lease.ts';

export interface ClusterOptions {
  self: ClusterView['self'];
  /** Where this node can attach to runs. */
  places: readonly string[];
  /** How long a node may be silent before its agents and jobs are given up; milliseconds. */
  graceMs: number;
  state: () => SystemState;
  /** Milliseconds, never going back. */
  clock: () => number;
}

/** Who lives, by the leases as they were last read. */
export class Cluster {
  readonly self: ClusterView['self'];
  readonly #options: ClusterOptions;
  #leases = new Map<string, NodeLease>();
  /** Of owners without a lease: since when. */
  #silentSince = new Map<string, number>();

  constructor(options: ClusterOptions) {
    this.self = options.self;
    this.#options = options;
  }

  /** Takes what was read just now, oneself among it or not. */
  update(leases: readonly NodeLease[]): void {
    this.#leases = new Map(leases.map((lease) => [lease.node, lease]));
    const now = this.#options.clock();
    const silent = ownersOf(this.#options.state()).filter((node) => !this.#leases.has(node));
    this.#silentSince = new Map(silent.map((node) => [node, this.#silentSince.get(node) ?? now]));
  }

  /** Nothing was heard of anybody: what was known of silences says nothing any more. */
  forget(): void {
    this.#silentSince.clear();
  }

  view(settled: boolean): ClusterView {
    const { nodes: known } = this.#options.state();
    const self = { node: this.self.node, places: this.#options.places };
    const all = [...this.#leases.values(), self];
    return {
      self: this.self,
      nodes: new Map(
        all.map((each) => [
          each.node,
          { places: each.places, draining: isDraining(known.get(each.node)) },
        ]),
      ),
      settled,
      isSilentForLong: (silent) => {
        const since = this.#silentSince.get(silent);
        return since !== undefined && this.#options.clock() - since >= this.#options.graceMs;
      },
    };
  }
}

/** The nodes that agents or jobs run on; one may be there more than once. */
function ownersOf({ agents, jobs }: SystemState): string[] {
  const ofAgents = [...agents.values()].flatMap((agent) => (isLive(agent) ? [agent.run.node] : []));
  const ofJobs = [...jobs.values()].flatMap((job) =>
    job.phase === 'working' && job.run ? [job.run.node] : [],
  );
  return [...ofAgents, ...ofJobs];
}
