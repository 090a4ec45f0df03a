import { type AgentState, isLive } from '../../core/domain/agent/agent-state.ts';
import {
  type Claim,
  type ClusterView,
  claimOf,
  hasOtherTaker,
} from '../../core/domain/agent/claim.ts';
import type { Cluster } from './cluster.ts';
import type { Lease } from './lease.ts';

/** Which agents this spawner may act on: what the log says, while its lease is held. */
export class Ownership {
  readonly #lease: Lease;
  readonly #cluster: Cluster;
  readonly #settleMs: number;

  /** @param settleMs how long every other node has to show that it lives, once this one does */
  constructor(lease: Lease, cluster: Cluster, settleMs: number) {
    this.#lease = lease;
    this.#cluster = cluster;
    this.#settleMs = settleMs;
  }

  get self(): ClusterView['self'] {
    return this.#cluster.self;
  }

  get held(): boolean {
    return this.#lease.held;
  }

  get draining(): boolean {
    return this.view().nodes.get(this.self.node)?.draining ?? false;
  }

  /** No other spawner lives, as far as is known. */
  get alone(): boolean {
    return this.view().nodes.size === 1;
  }

  view(): ClusterView {
    return this.#cluster.view(this.#lease.heldForMs >= this.#settleMs);
  }

  claim(state: AgentState): Claim {
    return claimOf(state, this.view());
  }

  /** Asks the server: what is taken over has to be taken by a living lease. */
  confirm(): Promise<boolean> {
    return this.#lease.confirm();
  }

  /** At this very moment: is the run this process's own, and its lease held? */
  owns(state: AgentState | undefined, runId: string): boolean {
    if (!this.held || state === undefined || !isLive(state)) return false;
    const { run } = state;
    const { node, holder } = this.self;
    return run.runId === runId && run.node === node && run.holder === holder && !run.released;
  }

  /** Is the agent to be given away, once it has nothing to do? */
  mustRelease(state: AgentState): boolean {
    const view = this.view();
    const draining = view.nodes.get(this.self.node)?.draining ?? false;
    return draining && isLive(state) && hasOtherTaker(state, view);
  }
}
