import type { HistoryEntry } from '../../core/operator/history-entry.ts';
import { searchSaid } from '../../core/operator/search-said.ts';
import { codeBlock } from '../text/code-block.ts';
import { excerpt } from '../text/excerpt.ts';
import { shownMinute } from '../text/shown-minute.ts';
import type { BotCommand } from './bot-command.ts';

const SHOWN = 10;
/** Of so many of the chat's agents, the last ones. */
const AGENTS = 100;

/** `/search <text>`: what was said in this chat, to its agents and by them, that has the text in it. */
export const search: BotCommand = async ({ incoming }, { log }, argument) => {
  const { words, member, reply } = incoming;
  if (argument === '') return reply('search', words.usage('/search <text>'));
  const agentIds = member.agents.slice(-AGENTS);
  const { entries, found } = await searchSaid(log, { agentIds, text: argument, count: SHOWN });
  if (found === 0) return reply('search', words.foundNothing);
  // As code: what is quoted is nobody's formatting.
  const lines = entries.map((entry) => lineOf(entry, argument));
  await reply(
    'search',
    `${words.foundSaid(entries.length, found)}\n\n${codeBlock(lines.join('\n'))}`,
  );
};

/** `2026-11-28 14:02 🤖 …the shop is online…`; the time is UTC. */
function lineOf({ time, kind, text }: HistoryEntry, wanted: string): string {
  const by = kind === 'message' ? '👤' : kind === 'question' ? '❓' : '🤖';
  return `${shownMinute(time)} ${by} ${excerpt(text, wanted)}`;
}
