import type { AssignedAgent } from '../../core/conversation/agent-manager.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';

/** The chat's agent. That a new one has begun in place of one that has ended is said. */
export async function agentFor(
  { person, words, reply }: Recipient,
  { manager, wish }: Pick<BotParts, 'manager' | 'wish'>,
): Promise<AssignedAgent> {
  const assigned = await manager.getOrCreate(person, wish);
  const { previous, previousName } = assigned;
  if (previous !== undefined) {
    await reply('new-agent', words.newAgent(previousName ?? previous));
  }
  return assigned;
}
