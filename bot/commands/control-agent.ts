import { formatDuration, parseDuration } from '../../schemas/durations.ts';
import type { BotCommand } from './bot-command.ts';
import { currentAgent } from './current-agent.ts';
import { meantAgent } from './own-agents.ts';

/** `/interrupt [name]`. */
export const interrupt: BotCommand = async (context, parts, argument) => {
  const agent = await meantAgent(context, parts, argument);
  if (agent === undefined) return;
  const { person, id, reply, words } = context.incoming;
  await parts.agentClient.control(agent.agentId, 'interrupt', person, id);
  await reply('interrupt', words.interrupting);
};

/** `/stop [name]`. */
export const stop: BotCommand = async (context, parts, argument) => {
  const agent = await meantAgent(context, parts, argument);
  if (agent === undefined) return;
  const { person, id, reply, words } = context.incoming;
  await parts.agentClient.control(agent.agentId, 'stop', person, id);
  await reply('stop', words.stopping);
};

/** `/extend [duration]`: counted from now; without one the usual life time. */
export const extend: BotCommand = async (context, parts, argument) => {
  const { person, id, reply, words } = context.incoming;
  const ttlMs = argument === '' ? parts.wish.ttlMs : parseDuration(argument);
  if (ttlMs === undefined) return reply('extend', words.usage('/extend [2h]'));
  const agent = await currentAgent(context, parts);
  if (agent === undefined) return;
  await parts.agentClient.extend(agent.agentId, ttlMs, person, id);
  await reply('extend', words.extended(formatDuration(ttlMs)));
};
