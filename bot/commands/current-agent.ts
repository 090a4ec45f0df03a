import type { AgentSummary } from '../../schemas/views.ts';
import type { BotContext, BotParts } from '../incoming/bot-context.ts';
import { VIEW_TIMEOUT_MS } from './bot-command.ts';

/** The agent that the chat talks to, as it is now; undefined, and said, where there is none. */
export async function currentAgent(
  { incoming }: BotContext,
  { log, views }: BotParts,
): Promise<AgentSummary | undefined> {
  const options = { timeoutMs: VIEW_TIMEOUT_MS };
  // What the person has done just before counts.
  const atLeast = await log.lastSequence('EVENTS');
  const { agentId } = await views.request('user', { ...incoming.person, atLeast }, options);
  if (agentId === null) {
    await incoming.reply('no-agent', incoming.words.noAgent);
    return undefined;
  }
  const { agent } = await views.request('agent', { agentId, atLeast }, options);
  return agent;
}
