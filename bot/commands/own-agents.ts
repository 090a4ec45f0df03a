import { allAgents, LIVING } from '../../core/conversation/all-agents.ts';
import { namedAgent } from '../../core/conversation/named-agent.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { BotContext, BotParts, Recipient } from '../incoming/bot-context.ts';
import { VIEW_TIMEOUT_MS } from './bot-command.ts';
import { currentAgent } from './current-agent.ts';

/** A chat's agents that live, and which of them it talks to: as of now. */
export async function ownAgents(
  { person }: Recipient,
  { log, views }: Pick<BotParts, 'log' | 'views'>,
): Promise<{ agentId: string | null; living: AgentSummary[] }> {
  const options = { timeoutMs: VIEW_TIMEOUT_MS };
  // What the person has done just before counts.
  const atLeast = await log.lastSequence('EVENTS');
  const { agentId, agents } = await views.request('user', { ...person, atLeast }, options);
  const wanted = { assignedTo: person, phases: LIVING, atLeast };
  const living = await allAgents(views, wanted, options);
  // Views of an older version do not look at `assignedTo`.
  return { agentId, living: living.filter((agent) => agents.includes(agent.agentId)) };
}

/**
 * The agent that a command means: of those of the chat the one of a name or an id, the current one
 * without. Undefined, and said, where there is none.
 */
export async function meantAgent(
  context: BotContext,
  parts: BotParts,
  name: string,
): Promise<AgentSummary | undefined> {
  if (name === '') return currentAgent(context, parts);
  const { incoming } = context;
  const { living } = await ownAgents(incoming, parts);
  try {
    return namedAgent(living, name);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    await incoming.reply('no-agent', incoming.words.noSuchAgent(name));
    return undefined;
  }
}
