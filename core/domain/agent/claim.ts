import { derivedId } from '../../../schemas/ids.ts';
import { type AgentState, isAwaited, isLive, type LiveAgent, placeOf } from './agent-state.ts';

/** The spawners that live, as one of them sees them. */
export interface ClusterView {
  /** `place`: where one's new agents run. */
  self: { node: string; place: string; holder: string };
  /** By name, oneself among them; `places`: wherever a node can attach to runs. */
  nodes: ReadonlyMap<string, { places: readonly string[]; draining: boolean }>;
  /** One has lived long enough that every other had the time to say that it lives too. */
  settled: boolean;
  /** Has a node been silent for the whole grace time? */
  isSilentForLong(node: string): boolean;
}

/**
 * What a spawner may do for an agent. `act`: it is its own. `take`: it is to become its own, which a
 * higher epoch states. `give-up`: its place is gone, which is to be stated. `leave`: it is another's.
 */
export type Claim = 'act' | 'take' | 'give-up' | 'leave';

/**
 * Whose agent it is. Pure; two spawners that see the same come to the same, and where they do not,
 * the epoch in the log decides.
 */
export function claimOf(state: AgentState, view: ClusterView): Claim {
  switch (state.phase) {
    case 'unknown':
      return isDesignated(state.agentId, [...view.nodes.keys()], view) ? 'act' : 'leave';
    case 'requested':
      // Placed by the one that is handed its `create`.
      return 'leave';
    case 'ended':
      return isDesignated(state.agentId, heirs(state.lastRun, view), view) ? 'act' : 'leave';
    default:
      return claimOfLive(state, view);
  }
}

function claimOfLive(state: LiveAgent, view: ClusterView): Claim {
  const { run, agentId } = state;
  const { self, nodes } = view;
  if (run.released) return isDesignated(agentId, takers(state, view), view) ? 'take' : 'leave';
  if (run.node === self.node) return run.holder === self.holder ? 'act' : 'take';
  if (nodes.has(run.node)) return 'leave';
  const near = takers(state, view);
  if (near.length > 0) {
    // What an older version started has no lease that could still come.
    const over = view.settled || run.holder === undefined;
    return over && isDesignated(agentId, near, view) ? 'take' : 'leave';
  }
  const gone = view.isSilentForLong(run.node);
  return gone && isDesignated(agentId, [...nodes.keys()], view) ? 'give-up' : 'leave';
}

/** Who of its place could take it; those that drain only where there is no other. */
function takers({ run }: LiveAgent, { nodes }: ClusterView): string[] {
  const near = [...nodes].filter(([, { places }]) => places.includes(placeOf(run)));
  const open = near.filter(([, { draining }]) => !draining);
  return (open.length > 0 ? open : near).map(([node]) => node);
}

/** Who answers for an agent that has ended: its last node, else one of its place, else anybody. */
function heirs(run: LiveAgent['run'] | null, { nodes }: ClusterView): string[] {
  if (run !== null && nodes.has(run.node)) return [run.node];
  const near = [...nodes].filter(([, { places }]) => run !== null && places.includes(placeOf(run)));
  return (near.length > 0 ? near : [...nodes]).map(([node]) => node);
}

/** Could somebody else of its place take it over, if this one gave it away? */
export function hasOtherTaker({ run }: LiveAgent, { self, nodes }: ClusterView): boolean {
  return [...nodes].some(
    ([node, { places, draining }]) =>
      node !== self.node && !draining && places.includes(placeOf(run)),
  );
}

/** One of several, the same for everybody who asks, and spread over them (rendezvous hashing). */
function isDesignated(agentId: string, nodes: readonly string[], { self }: ClusterView): boolean {
  if (!nodes.includes(self.node)) return false;
  const own = derivedId('', agentId, self.node);
  return nodes.every((node) => derivedId('', agentId, node) <= own);
}

/** Nothing to do but to wait for the next message: it can change hands without anybody noticing. */
export const isIdle = (state: AgentState): boolean =>
  isLive(state) &&
  state.phase === 'ready' &&
  state.turn === null &&
  state.running === undefined &&
  !isAwaited(state);
