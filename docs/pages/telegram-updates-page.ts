import { type Content, MESSAGE_CONTENT } from '../../bot/incoming/message-content.ts';
import { UPDATE_KINDS } from '../../bot/polling/update-kinds.ts';
import { markdownTable } from './markdown-table.ts';

const HOW: Record<Content, string> = {
  written: 'taken: told to the agent as it was written',
  file: 'taken: kept in `inbox/` of its workspace, and the agent is told the path',
  described: 'taken: told to the agent in words',
  foreign: 'refused, with a line that says what is understood',
  service: 'passed over: Telegram’s own note, by which nobody says anything',
};

/** Which of what Telegram has the bot takes, and how: a line for each kind that grammY knows. */
export function telegramUpdatesPage(): string {
  const updates = Object.entries(UPDATE_KINDS).map(([kind, { isTaken, how }]) => [
    `\`${kind}\``,
    isTaken ? 'taken' : 'not asked for',
    how,
  ]);
  const contents = Object.entries(MESSAGE_CONTENT).map(([kind, content]) => [
    `\`${kind}\``,
    HOW[content],
  ]);
  return `# What the bot takes of Telegram

Made by \`npm run docs\` from the tables that the bot goes by. A kind that a new release of grammY brings does not compile before it
stands in one of them. How it looks to people is in [telegram.md](telegram.md).

## Updates

What is not asked for Telegram does not send (\`allowed_updates\`).

${markdownTable(['update', '', 'how, or why not'], updates)}

## What a message holds

${markdownTable(['of `Message`', 'what becomes of it'], contents)}

An edit of what is told in words is passed over: a live location moves every few seconds.
`;
}
