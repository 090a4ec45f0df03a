import { ownAgents } from '../commands/own-agents.ts';
import type { BotContext, BotParts } from '../incoming/bot-context.ts';
import { draftIdOf } from '../status/draft-id.ts';

/** The button below what an agent is doing: its turn is interrupted, unless that is over by now. */
export const stopped =
  (parts: BotParts) =>
  async ({ incoming, stoppedMessageGeneration }: BotContext): Promise<void> => {
    const { living } = await ownAgents(incoming, parts);
    const agent = living.find(
      ({ turn }) => turn && draftIdOf(turn.turnId) === stoppedMessageGeneration?.draft_id,
    );
    if (agent === undefined) return;
    const { person, id, reply, words } = incoming;
    await parts.agentClient.control(agent.agentId, 'interrupt', person, id);
    await reply('interrupt', words.interrupting);
  };
