import type { Person } from '../../schemas/events/parts.ts';
import { derivedId, newAgentId } from '../../schemas/ids.ts';
import { agentFilter, subjectOf } from '../../schemas/subjects.ts';
import { AgentClient, type AgentWish } from '../conversation/agent-client.ts';
import { allAgents, LIVING } from '../conversation/all-agents.ts';
import { created } from '../conversation/events-of-person.ts';
import { nameFor } from '../conversation/name-for.ts';
import type { Views } from '../conversation/views.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';
import { requireUnderstood } from './give-command.ts';
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
  const { log, key } = options;
  const agentId = key === undefined ? newAgentId() : derivedId('agent-', 'create', key);
  if (key !== undefined) {
    const subject = subjectOf({ family: 'command', agentId, name: 'create' });
    const earlier = await log.first('EVENTS', subject);
    if (earlier !== undefined) return { agentId, sequence: earlier.sequence };
  }
  return createAs(agentId, wish, options);
}

/** The same under an id that nobody has. */
export async function createAs(
  agentId: string,
  wish: AgentWish,
  options: Omit<CreateOptions, 'key'>,
): Promise<Created> {
  const { log, views, owner, timeoutMs } = options;
  requireUnderstood('command.create', wish);
  if (owner !== undefined) {
    const agentClient = new AgentClient({ log, views, patience: { patienceMs: timeoutMs } });
    const { name, sequence } = await agentClient.createAnother(owner, wish, agentId);
    return { agentId, sequence, ...(name !== agentId && { name }) };
  }
  await requireFreeName(wish, options);
  const expect = { filter: agentFilter(agentId), sequence: 0 };
  const result = await log.append(created(agentId, wish, undefined), { expect });
  const isThere = !result.ok && result.error === 'conflict';
  if (!result.ok && !isThere) throw appendError(result);
  const sequence = result.ok ? result.sequence : await firstOf(log, agentId);
  return { agentId, sequence, ...(wish.name !== undefined && { name: wish.name }) };
}

/** Where the creation stands that came first. */
async function firstOf(log: EventLog, agentId: string): Promise<number> {
  const subject = subjectOf({ family: 'command', agentId, name: 'create' });
  return (await log.first('EVENTS', subject))?.sequence ?? 0;
}

/** Nobody else gives names to agents of nobody. */
async function requireFreeName(
  wish: AgentWish,
  { views, timeoutMs }: Pick<CreateOptions, 'views' | 'timeoutMs'>,
) {
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
