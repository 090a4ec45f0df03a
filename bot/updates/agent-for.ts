import type { AssignedAgent } from '../../core/conversation/agent-client.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';

/** The chat's agent. That a new one has begun in place of one that has ended is said. */
export async function agentFor(
  { person, words, reply }: Recipient,
  { agentClient, wish }: Pick<BotParts, 'agentClient' | 'wish'>,
): Promise<AssignedAgent> {
  const assigned = await agentClient.getOrCreate(person, wish);
  const { previous, previousName } = assigned;
  if (previous !== undefined) {
    await reply('new-agent', words.newAgent(previousName ?? previous));
  }
  return assigned;
}
