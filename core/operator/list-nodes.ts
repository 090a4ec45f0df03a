import type { NodeLease } from '../../schemas/node-lease.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { nodeFilter } from '../../schemas/subjects.ts';
import { allAgents, LIVING } from '../conversation/all-agents.ts';
import type { Views } from '../conversation/views.ts';
import type { NodeState } from '../domain/node/node.ts';
import { evolveNode } from '../domain/node/node.ts';
import type { EventLog } from '../log/event-log.ts';

/** A spawner, as its lease, the log and its agents tell of it. */
export interface NodeView {
  node: string;
  /** `gone`: its lease has ended, and it still owns agents. */
  state: 'serving' | 'draining' | 'drained' | 'gone';
  agents: number;
  lease?: NodeLease;
}

/** Those that live, and those that are gone and own agents; by name. */
export async function listNodes(
  { log, views }: { log: EventLog; views: Views },
  /** Of all nodes, as the bucket has them. */
  leases: readonly NodeLease[],
  timeoutMs: number,
): Promise<NodeView[]> {
  const atLeast = await log.lastSequence('EVENTS');
  const owners: string[] = [];
  for (const { node } of await allAgents(views, { atLeast, phases: LIVING }, { timeoutMs })) {
    if (node !== undefined) owners.push(node);
  }
  const names = new Set([...leases.map(({ node }) => node), ...owners]);
  return Promise.all(
    [...names].sort().map(async (node): Promise<NodeView> => {
      const lease = leases.find((each) => each.node === node);
      const count = owners.filter((owner) => owner === node).length;
      if (lease === undefined) return { node, state: 'gone', agents: count };
      const phase = (await nodeState(log, node))?.phase;
      return { node, state: phase ?? 'serving', agents: count, lease };
    }),
  );
}

async function nodeState(log: EventLog, node: string): Promise<NodeState | undefined> {
  let state: NodeState | undefined;
  const options = { stream: 'EVENTS', from: { sequence: 1 }, filter: nodeFilter(node) } as const;
  for await (const message of log.read(options)) {
    const parsed = parseEvent(message);
    if (parsed.kind === 'event') state = evolveNode(state, parsed.event);
  }
  return state;
}
