import type { NewEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { newEvent, type Whose } from '../../schemas/new-event.ts';

const TURNS = 19;
const DAY_MS = 86_400_000;

/** Its life was three days ago. */
const THEN = new Date(Date.now() - 3 * DAY_MS);

type AgentEventType = Extract<EventType, `${'command' | 'process' | 'turn'}.${string}`>;

function event<T extends AgentEventType>(
  agentId: string,
  type: T,
  data: DataOf<T>,
  id: string,
): NewEvent {
  const meta = { id: `${type}:${agentId}:${id}`, source: 'orchestrator/bench', now: THEN };
  // All of these are an agent's.
  return newEvent(type, { agentId } as Whose<T>, data, meta);
}

/** A life of 100 events: a create, a start, 19 turns, a stop and an end. */
export function endedAgent(agentId: string): NewEvent[] {
  const expiresAt = new Date(THEN.getTime() + 7_200_000).toISOString();
  const runId = `run-of-${agentId}`;
  const run = { runId, node: 'node', epoch: 1, runtime: 'local', expiresAt };
  const create = { kind: 'demo', ttlMs: 7_200_000, turnDeadlineMs: 600_000 };
  const turns = Array.from({ length: TURNS }, (_, at) => turn(agentId, runId, `${at}`));
  return [
    event(agentId, 'command.create', create, 'only'),
    event(agentId, 'process.starting', run, 'only'),
    event(agentId, 'process.ready', { runId, pid: 1 }, 'only'),
    ...turns.flat(),
    event(agentId, 'process.stopping', { runId, reason: 'ttl', step: 'stdin-closed' }, 'only'),
    event(agentId, 'process.stopped', { runId, reason: 'ttl', code: 0, signal: null }, 'only'),
  ];
}

function turn(agentId: string, runId: string, id: string): NewEvent[] {
  const commandId = `command.send:${agentId}:${id}`;
  const turnId = `turn-${agentId}-${id}`;
  const deadlineAt = THEN.toISOString();
  return [
    event(agentId, 'command.send', { text: 'a message of some words', mode: 'join' }, id),
    event(agentId, 'turn.started', { turnId, commandId, deadlineAt }, id),
    event(agentId, 'process.delivered', { runId, commandId, turnId, bytes: 24 }, id),
    // In the place of its answer: what an agent says comes by SAID, which takes no batches.
    event(agentId, 'turn.nudged', { turnId }, id),
    event(agentId, 'turn.ended', { turnId, answers: 1, questions: 0 }, id),
  ];
}

/** As a spawner states it, with what a list shows of the agent. */
export function archivedEvent(agentId: string): NewEvent {
  const at = THEN.toISOString();
  const counts = { messages: TURNS, answers: TURNS, turns: TURNS, failed: 0 };
  const summary = { kind: 'demo', createdAt: at, end: 'stopped: ttl', counts };
  return event(agentId, 'process.archived', { endedAt: at, summary }, 'only');
}
