import type { StoredEvent } from '../../../schemas/event.ts';

/** A spawner, as far as the log tells of it. */
export interface NodeState {
  /** `draining`: takes no new agents, gives its idle ones away. `drained`: may be stopped as well. */
  phase: 'active' | 'draining' | 'drained';
  /** The event that began it. */
  drainId: string;
  since: string;
}

/** Pure and total: an event that does not fit leaves it as it is. */
export function evolveNode(
  state: NodeState | undefined,
  event: StoredEvent,
): NodeState | undefined {
  const since = event.time;
  switch (event.type) {
    case 'node.draining':
      return { phase: 'draining', drainId: event.id, since };
    case 'node.resumed':
      return state && { ...state, phase: 'active', since };
    case 'node.drained':
      return state?.phase === 'draining' && state.drainId === event.data.drainId
        ? { ...state, phase: 'drained', since }
        : state;
    default:
      return state;
  }
}

/** Does it take no agents? */
export const isDraining = (state: NodeState | undefined): boolean =>
  state !== undefined && state.phase !== 'active';
