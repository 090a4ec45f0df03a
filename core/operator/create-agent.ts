import type { Person } from '../../schemas/events/parts.ts';
import { derivedId, newAgentId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { AgentClient, type AgentWish } from '../conversation/agent-client.ts';
import { allAgents, LIVING } from '../conversation/all-agents.ts';
import { nameFor } from '../conversation/name-for.ts';
import type { Views } from '../conversation/views.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';
import { giveCommand, requireUnderstood } from './give-command.ts';
import { isReady } from './is-ready.ts';

interface Created {
  agentId: string;
  /** Where it has one. */
  name?: string;
  /** Its start is stored behind this. */
  sequence: number;
}

export interface CreateOptions {
  log: EventLog;
  views: Views;
  /** Who talks to it from now on; nobody's without. */
  owner?: Person | undefined;
  /** How long the system may take to answer. */
  timeoutMs: number;
  /** The caller's own id for this: a repeat creates nothing, and tells of the agent that it made. */
  key?: string | undefined;
}

/**
 * Creates an agent. An owner's has no other that lives of its name beside it. Throws ORC_USAGE for a wish
 * that nobody would understand, ORC_NAME_TAKEN, and what an append can fail with.
 */
export async function createAgent(wish: AgentWish, options: CreateOptions): Promise<Created> {
  const { log, views, owner, timeoutMs, key } = options;
  requireUnderstood('command.create', wish);
  const agentId = key === undefined ? newAgentId() : derivedId('agent-', 'create', key);
  if (key !== undefined) {
    const subject = subjectOf({ family: 'command', agentId, name: 'create' });
    const earlier = await log.first('EVENTS', subject);
    if (earlier !== undefined) return { agentId, sequence: earlier.sequence };
  }
  if (owner !== undefined) {
    const agentClient = new AgentClient({ log, views, patience: { patienceMs: timeoutMs } });
    const { name, sequence } = await agentClient.createAnother(owner, wish, agentId);
    return { agentId, sequence, ...(name !== agentId && { name }) };
  }
  await requireFreeName(wish, options);
  const id = key === undefined ? undefined : { id: `create:${agentId}`, at: new Date() };
  const { sequence } = await giveCommand(log, agentId, 'command.create', wish, id);
  return { agentId, sequence, ...(wish.name !== undefined && { name: wish.name }) };
}

/** Nobody else gives names to agents of nobody. */
async function requireFreeName(wish: AgentWish, { views, timeoutMs }: CreateOptions) {
  if (wish.name === undefined) return;
  const others = await allAgents(views, { name: wish.name, phases: LIVING }, { timeoutMs });
  const ofNobody = others.filter(({ owner }) => owner === undefined);
  // Throws where it is taken.
  nameFor(wish, ofNobody);
}

/** Waits until an agent takes messages. Throws ORC_START_FAILED and ORC_TIMED_OUT. */
export async function awaitStart(
  log: EventLog,
  { agentId, sequence }: Created,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const what = `the start of ${agentId}`;
  const wanted = { of: { agentId }, from: sequence, timeoutMs, what, signal };
  await awaitEvent(log, wanted, (event) => isReady(event) || undefined);
}
