import { codeBlock } from '../text/code-block.ts';
import type { BotCommand } from './bot-command.ts';
import { currentAgent } from './current-agent.ts';

/** Characters of a diff that are shown in a chat: a few messages. */
const MAX_SHOWN = 8_000;

/** Making it takes what it takes, but no webhook waits for longer. */
const DIFF_MS = 8_000;

/** `/diff [all]`: what the agent's last turn changed; all that it has changed. */
export const diff: BotCommand = async (context, parts, argument) => {
  const { words, reply, person } = context.incoming;
  if (argument !== '' && argument !== 'all') return reply('diff', words.usage('/diff [all]'));
  const agent = await currentAgent(context, parts);
  if (agent === undefined) return;
  const { agentId, projectId } = agent;
  if (projectId === undefined) return reply('diff', words.inNoProject);
  const turn = argument === 'all' ? 'all' : 'last';
  // A turn that has just ended counts.
  const atLeast = await parts.log.lastSequence('EVENTS');
  const request = { projectId, agentId, owner: person, turn, atLeast } as const;
  const shown = await parts.askProject('diff', request, DIFF_MS);
  if (shown.diff === '') return reply('diff', words.noChanges);
  const isCut = shown.truncated || shown.diff.length > MAX_SHOWN;
  const block = codeBlock(shown.diff.slice(0, MAX_SHOWN).toWellFormed(), 'diff');
  await reply('diff', isCut ? `${block}\n\n${words.diffCut}` : block);
};

/** `/undo`: the files as before the agent's last turn. What came of it is said when it is done. */
export const undo: BotCommand = async (context, parts) => {
  const agent = await currentAgent(context, parts);
  if (agent === undefined) return;
  const { person, id, reply, words } = context.incoming;
  if (agent.projectId === undefined) return reply('undo', words.inNoProject);
  await parts.agentClient.control(agent.agentId, 'undo', person, id);
};
