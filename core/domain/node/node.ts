import type { StoredEvent } from '../../../schemas/event.ts';

/** A spawner that takes no agents, as the log tells of it. */
export interface NodeState {
  /** `draining`: takes no new agents, gives its idle ones away. `drained`: may be stopped as well. */
  phase: 'draining' | 'drained';
  /** The event that began it. */
  drainId: string;
  since: string;
}

/** So many are kept in mind: of more, the last that something was said of. */
export const MAX_NODES = 1_000;

/** Pure and total: an event that does not fit leaves it as it is. Undefined: it takes agents. */
export function evolveNode(
  state: NodeState | undefined,
  event: StoredEvent,
): NodeState | undefined {
  const since = event.time;
  switch (event.type) {
    case 'node.draining':
      return { phase: 'draining', drainId: event.id, since };
    case 'node.resumed':
      return undefined;
    case 'node.drained':
      return state?.phase === 'draining' && state.drainId === event.data.drainId
        ? { ...state, phase: 'drained', since }
        : state;
    default:
      return state;
  }
}

/** Does it take no agents? */
export const isDraining = (state: NodeState | undefined): boolean => state !== undefined;
