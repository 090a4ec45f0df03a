import type { Context, NextFunction } from 'grammy';
import type { Logger } from 'pino';
import { allAgents, LIVING } from '../../core/conversation/all-agents.ts';
import { VIEW_TIMEOUT_MS } from '../commands/bot-command.ts';
import type { BotParts } from '../incoming/bot-context.ts';
import { CHANNEL } from '../people/channel.ts';

/**
 * A group that becomes a supergroup has another id from then on; Telegram notes it in both. Whatever
 * the old one had goes with it: that it may talk, its mode and language, and its agents.
 */
export function movedChat(parts: BotParts, logger: Logger) {
  return async ({ message, chat }: Context, next: NextFunction): Promise<void> => {
    const { migrate_to_chat_id: to, migrate_from_chat_id: from } = message ?? {};
    if (chat === undefined || (to === undefined && from === undefined)) return next();
    await move(String(from ?? chat.id), String(to ?? chat.id), parts);
    logger.info({ from: from ?? chat.id, to: to ?? chat.id }, 'a group has another id');
  };
}

/** Each step is stored once however often it is done; the last says that all are. */
async function move(from: string, to: string, parts: BotParts): Promise<void> {
  const { directory, access } = parts;
  const member = directory.member(from);
  if (member.movedTo === to || !access.isAllowed(from)) return;
  const id = `moved-${from}-${to}`;
  await directory.stateOnce('user.allowed', to, { by: { channel: CHANNEL, userId: from } }, id);
  const { chosenMode: mode, name, language } = member;
  if (mode !== undefined) await directory.stateOnce('user.mode-chosen', to, { mode }, id);
  if (name !== undefined) {
    const introduction = { name, ...(language !== undefined && { language }) };
    await directory.stateOnce('user.introduced', to, introduction, id);
  }
  await moveAgents(from, to, parts);
  await directory.stateOnce('user.moved', from, { to }, id);
}

/** Those that live; the one that the group talks to last, for it is the one from then on. */
async function moveAgents(
  from: string,
  to: string,
  { views, agentClient, log }: BotParts,
): Promise<void> {
  const [old, moved] = [from, to].map((userId) => ({ channel: CHANNEL, userId }));
  if (old === undefined || moved === undefined) return;
  const options = { timeoutMs: VIEW_TIMEOUT_MS };
  const atLeast = await log.lastSequence('EVENTS');
  const own = await views.request('user', { ...old, atLeast }, options);
  const wanted = { assignedTo: old, phases: LIVING, atLeast };
  const agents = await allAgents(views, wanted, options);
  const living = agents
    .map(({ agentId }) => agentId)
    // Views of an older version do not look at `assignedTo`.
    .filter((agentId) => own.agents.includes(agentId));
  const others = living.filter((agentId) => agentId !== own.agentId);
  const current = living.filter((agentId) => agentId === own.agentId);
  for (const agentId of [...others, ...current]) {
    await agentClient.switchTo(moved, agentId, `moved-${from}-${to}-${agentId}`);
  }
}
