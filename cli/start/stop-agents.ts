import type { AgentClient } from '../../core/conversation/agent-client.ts';
import { allAgents, LIVING } from '../../core/conversation/all-agents.ts';
import type { Views } from '../../core/conversation/views.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { timeoutSignal } from '../../platform/async/timer.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { AgentSummary } from '../../schemas/views.ts';

export interface StopAgentsOptions {
  log: EventLog;
  views: Views;
  agentClient: AgentClient;
  /** Who asks, as the log is to tell it. */
  person: Person;
  /** Only agents of this node; of every node where there is none. */
  node?: string | undefined;
  /** Only these; all without. */
  meant?: (agent: AgentSummary) => boolean;
  /** Milliseconds that all of them together get. */
  timeoutMs: number;
}

const VIEW_TIMEOUT_MS = 5_000;

/** Asks every agent that is meant and has not ended to stop, and waits. The ids of those that did not in time. */
export async function stopAgents(options: StopAgentsOptions): Promise<string[]> {
  const { log, timeoutMs } = options;
  const signal = timeoutSignal(timeoutMs);
  const asked = new Set<string>();
  const sequence = (await log.lastSequence('EVENTS')) + 1;
  let left = await askRunning(options, asked);
  const filter = 'agents.*.process.*';
  for await (const batch of log.follow({ stream: 'EVENTS', from: { sequence }, filter, signal })) {
    if (batch.messages.length > 0) left = await askRunning(options, asked);
    if (left.length === 0) return [];
  }
  return left;
}

/** Asks those that were not asked yet. The ids of all that have not ended. */
async function askRunning(options: StopAgentsOptions, asked: Set<string>): Promise<string[]> {
  const running = await runningAgents(options);
  for (const { agentId, phase } of running) {
    if (asked.has(agentId)) continue;
    asked.add(agentId);
    if (phase !== 'stopping') await options.agentClient.control(agentId, 'stop', options.person);
  }
  return running.map(({ agentId }) => agentId);
}

/** Those that have not ended. */
export async function runningAgents({
  log,
  views,
  node,
  meant = () => true,
}: StopAgentsOptions): Promise<AgentSummary[]> {
  const atLeast = await log.lastSequence('EVENTS');
  const wanted = { atLeast, phases: LIVING };
  const living = allAgents(views, wanted, { timeoutMs: VIEW_TIMEOUT_MS });
  return (await living).filter(
    (agent) =>
      meant(agent) && (node === undefined || agent.node === undefined || agent.node === node),
  );
}
