import { rewindPoint } from '../../core/operator/rewind-point.ts';
import { shownMinute } from '../text/shown-minute.ts';
import type { BotCommand } from './bot-command.ts';
import { meantTurn } from './meant-turn.ts';

/** What is taken back, by the word for it. */
const PARTS: Readonly<Record<string, { conversation: boolean; files: boolean }>> = {
  conversation: { conversation: true, files: false },
  files: { conversation: false, files: true },
  both: { conversation: true, files: true },
};

/**
 * `/rewind conversation|files|both` in reply to a message: its agent is as it was at the end of that message's turn. Why it cannot be, and
 * how many files have changed, is said when it is so.
 */
export const rewind: BotCommand = async (context, parts, argument) => {
  const { person, id, words, reply } = context.incoming;
  const wish = Object.hasOwn(PARTS, argument) ? PARTS[argument] : undefined;
  const meant = await meantTurn(context, parts);
  if (wish === undefined || meant === 'nothing') {
    return reply('rewind', words.usage('/rewind conversation|files|both'));
  }
  if (meant === 'others') return reply('rewind', words.ofNoTurn);
  const { agentId } = meant.agent;
  const { data, endedAt, notUndone } = await rewindPoint(parts.log, agentId, {
    to: meant.at,
    ...wish,
  });
  await parts.agentClient.rewind(agentId, data, person, id);
  const time = `${shownMinute(endedAt)} UTC`;
  await reply('rewind', words.rewinding(time, notUndone));
};
