import { createHash } from 'node:crypto';
import type { StoredEvent } from '../../schemas/event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { setNewest } from './bounded-map.ts';
import { type Agents, foldAgentEvent } from './fold-agent.ts';
import { foldJobEvent } from './job/fold-job.ts';
import type { JobState } from './job/job-state.ts';
import { evolveNode, MAX_NODES, type NodeState } from './node/node.ts';
import { evolveProject, MAX_ALL_PROJECTS } from './project/project.ts';
import { evolveUser, initialUser, isForgettable, MAX_PEOPLE, type UserState } from './user/user.ts';

/**
 * Everything that the log of EVENTS says, folded: what the spawner acts on, what the projections
 * serve and what `orchestrator verify` compares are this one state
 * (docs/decisions/0007-one-fold.md).
 */
export interface SystemState extends Agents {
  /** The sequence of the last event that was folded. */
  sequence: number;
  /** By `<channel>/<userId>`, the last that something was said of at the end. */
  users: Map<string, UserState>;
  /** Those that are open, and the last that have ended, in the order of their ends. */
  jobs: Map<string, JobState>;
  /** The nodes that take no agents, by name. */
  nodes: Map<string, NodeState>;
}

export const initialSystem = (): SystemState => ({
  sequence: 0,
  agents: new Map(),
  fences: new Map(),
  archived: new Map(),
  forgotten: 0,
  users: new Map(),
  projects: new Map(),
  jobs: new Map(),
  nodes: new Map(),
});

export const userKey = (channel: string, userId: string): string => `${channel}/${userId}`;

/**
 * Folds one event into the state. The maps change in place (a log may hold millions of events);
 * each aggregate in them is replaced, never changed.
 */
export function applyEvent(state: SystemState, event: StoredEvent): void {
  state.sequence = event.sequence;
  const address = parseSubject(event.subject);
  if (address === undefined) return;
  switch (address.family) {
    case 'user': {
      const key = userKey(address.channel, address.userId);
      const user = evolveUser(state.users.get(key) ?? initialUser, event);
      setNewest(state.users, [key, user], MAX_PEOPLE, isForgettable);
      return;
    }
    case 'project': {
      const known = state.projects.get(address.projectId);
      const project = evolveProject(known, address.projectId, event);
      if (project === undefined || project === known) return;
      setNewest(state.projects, [address.projectId, project], MAX_ALL_PROJECTS);
      return;
    }
    case 'job':
    case 'job-timer':
      foldJobEvent(state.jobs, address.jobId, event);
      return;
    case 'node': {
      const node = evolveNode(state.nodes.get(address.node), event);
      if (node === undefined) state.nodes.delete(address.node);
      else setNewest(state.nodes, [address.node, node], MAX_NODES);
      return;
    }
    case 'delivery':
      // A channel's own: it folds its ledger itself.
      return;
    case 'token':
      // The HTTP API's own: it folds them itself.
      return;
    case 'stream':
      // Where events stand changes nothing of what they say.
      return;
    case 'file':
    case 'job-log':
      return;
    default:
      foldAgentEvent(state, address.agentId, event);
  }
}

/** The state as plain JSON with sorted keys: equal states have equal texts. */
export const serializeSystem = (state: SystemState): string =>
  [...serializedPieces(state)].join('');

/** SHA-256 over the whole state, hexadecimal. For a process that has nothing else to do. */
export function hashSystem(state: SystemState): string {
  const hash = createHash('sha256');
  for (const piece of serializedPieces(state)) hash.update(piece);
  return hash.digest('hex');
}

/** The text of {@link serializeSystem}, one entry of a map at a time. */
export function* serializedPieces(state: object): Generator<string> {
  let begin = '{';
  for (const [name, value] of sortedEntries(Object.entries(state))) {
    yield `${begin}${JSON.stringify(name)}:`;
    if (value instanceof Map) yield* serializedMap(value);
    else yield plain(value);
    begin = ',';
  }
  yield '}';
}

function* serializedMap(map: ReadonlyMap<string, unknown>): Generator<string> {
  yield '{';
  let begin = '';
  for (const key of [...map.keys()].sort()) {
    yield `${begin}${JSON.stringify(key)}:${plain(map.get(key))}`;
    begin = ',';
  }
  yield '}';
}

const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(sortedEntries(Object.entries(each)))
      : each,
  );

const sortedEntries = <V>(entries: [string, V][]): [string, V][] =>
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
