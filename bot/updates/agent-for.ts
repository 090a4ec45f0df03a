import type { AssignedAgent } from '../../core/conversation/agent-client.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';

/** The chat's agent. That one goes on, or a new one has begun in place of one that cannot, is said. */
export async function agentFor(
  { person, words, reply }: Recipient,
  { agentClient, wish }: Pick<BotParts, 'agentClient' | 'wish'>,
): Promise<AssignedAgent> {
  const assigned = await agentClient.getOrCreate(person, wish);
  const { previous, previousName, resumed, agentId, name = agentId } = assigned;
  if (resumed) await reply('resumed', words.resumed(name));
  if (previous !== undefined) {
    await reply('new-agent', words.newAgent(previousName ?? previous));
  }
  return assigned;
}
