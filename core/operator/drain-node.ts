import { newId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { nodeFilter } from '../../schemas/subjects.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';

interface Stated {
  id: string;
  sequence: number;
}

/** Lets a node take no new agents and give away its idle ones. Throws what an append can fail with. */
export const drainNode = (log: EventLog, node: string): Promise<Stated> =>
  state(log, node, 'node.draining');

/** Lets a node take agents again. Throws what an append can fail with. */
export const resumeNode = (log: EventLog, node: string): Promise<Stated> =>
  state(log, node, 'node.resumed');

/** Waits for the end of a drain: how many idle agents stay. Throws ORC_TIMED_OUT. */
export function awaitDrained(
  log: EventLog,
  node: string,
  { id, sequence }: Stated,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const what = `The end of ${node}’s turns`;
  const wanted = { of: { filter: nodeFilter(node) }, from: sequence, timeoutMs, what, signal };
  return awaitEvent(log, wanted, (event) =>
    event.type === 'node.drained' && event.data.drainId === id ? event.data.kept : undefined,
  );
}

async function state(
  log: EventLog,
  node: string,
  type: 'node.draining' | 'node.resumed',
): Promise<Stated> {
  const id = newId('drain');
  const meta = { id, source: 'orchestrator/operator', now: new Date(), correlationId: id };
  const result = await log.append(newEvent(type, { node }, {}, meta));
  if (!result.ok) throw appendError(result);
  return { id, sequence: result.sequence };
}
