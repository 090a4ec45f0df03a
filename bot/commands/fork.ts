import { kindOf } from '../../agents/agent-kinds.ts';
import { looksLikeModel } from '../../agents/kind-models.ts';
import type { AgentWish } from '../../core/conversation/agent-client.ts';
import { shownAgentName } from '../../core/conversation/named-agent.ts';
import { type ForkOptions, forkAgent } from '../../core/operator/fork-agent.ts';
import { forkMemory } from '../../core/operator/fork-memory.ts';
import { derivedId } from '../../schemas/ids.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { BotContext, BotParts } from '../incoming/bot-context.ts';
import { shownMinute } from '../text/shown-minute.ts';
import { type BotCommand, VIEW_TIMEOUT_MS } from './bot-command.ts';
import { currentAgent } from './current-agent.ts';
import { meantTurn } from './meant-turn.ts';

/** How long the word of it waits for its start, which says by what it knows. */
const START_MS = 5_000;

/**
 * `/fork [kind] [model]`: another agent, which messages go to from now on, and which knows what the agent of the message that is
 * replied to knew at the end of that message's turn; without a reply the chat's agent at the end of its last turn.
 */
export const fork: BotCommand = async (context, parts, argument) => {
  const { person, id, words, reply } = context.incoming;
  const wish = wishOf(argument, parts);
  if (wish === undefined) return reply('fork', words.usage('/fork [kind] [model]'));
  const meant = await meantAgentAndTurn(context, parts);
  if (meant === undefined) return;
  const { agent, at } = meant;
  const { log, views } = parts;
  const forked = await forkAgent(agent.agentId, wish, {
    log,
    views,
    owner: person,
    timeoutMs: VIEW_TIMEOUT_MS,
    // Derived from the update: a repeat of it makes no second agent.
    forkId: derivedId('agent-', id),
    at,
    complete: (own) => completed(own, parts),
  });
  const { name = forked.agentId, forkedFrom, endedAt, files, messages } = forked;
  const kept = files && (files.turnId === forkedFrom.turnId ? 'that-turn' : 'earlier');
  const memory = await forkMemory(log, forked, START_MS);
  const time = `${shownMinute(endedAt)} UTC`;
  await reply(
    'fork',
    words.forked(name, shownAgentName(agent), { time, messages, memory, files: kept }),
  );
};

/** The agent and the event that are meant; undefined, and said, where there are none of this chat. */
async function meantAgentAndTurn(
  context: BotContext,
  parts: BotParts,
): Promise<{ agent: AgentSummary; at?: ForkOptions['at'] } | undefined> {
  const meant = await meantTurn(context, parts);
  if (meant === 'nothing') {
    const agent = await currentAgent(context, parts);
    return agent && { agent };
  }
  if (meant !== 'others') return meant;
  const { words, reply } = context.incoming;
  await reply('fork', words.ofNoTurn);
  return undefined;
}

/** Undefined where it is neither a kind nor a model of one. */
function wishOf(
  argument: string,
  { kinds }: BotParts,
): { kind?: string; model?: string } | undefined {
  const [kind, model, ...more] = argument.split(/\s+/).filter((word) => word !== '');
  if (kind === undefined) return {};
  const models = kindOf(kind)?.models;
  if (!kinds.has(kind) || more.length > 0) return undefined;
  if (model === undefined) return { kind };
  return models !== undefined && looksLikeModel(models, model) ? { kind, model } : undefined;
}

/** With what the settings say of an agent of that kind. */
function completed(own: Parameters<ForkOptions['complete']>[0], parts: BotParts): AgentWish {
  const settings = parts.kinds.get(own.kind) ?? parts.wish;
  return { ...settings, ...own, commandLine: own.commandLine ?? settings.commandLine };
}
