import {
  type EarlierConversation,
  earlierConversations,
} from '../../core/conversation/earlier-conversations.ts';
import { namedAgent, shownAgentName } from '../../core/conversation/named-agent.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';
import { resumeButton } from '../text/button-data.ts';
import { shownAgent } from './agent-line.ts';
import { type BotCommand, VIEW_TIMEOUT_MS } from './bot-command.ts';

/** `/resume`: the chat's earlier conversations, and a button to go on with each; `/resume <name>` does. */
export const resume: BotCommand = async ({ incoming }, parts, argument) => {
  const { words, reply, person } = incoming;
  const options = { timeoutMs: VIEW_TIMEOUT_MS };
  const earlier = await earlierConversations(parts.log, parts.views, person, options);
  if (earlier.length === 0) return reply('resume', words.nothingToResume);
  if (argument !== '') {
    const agent = ofName(earlier, argument);
    if (agent === undefined) return reply('resume', words.noSuchAgent(argument));
    return reply('resume', await goOn(incoming, parts, agent));
  }
  const buttons = earlier.map(({ agent, project }) => {
    const { name, ofKind } = shownAgent(agent);
    return resumeButton(agent.agentId, `${name}${ofKind}${project ? ` · ${project}` : ''}`);
  });
  await reply('resume', `${words.resumeTitle}\n\n${earlier.map(line).join('\n')}`, buttons);
};

/** Lets an agent go on that the chat talks to from now on; what is to be said of it. */
export async function goOn(
  { person, id, words }: Pick<Recipient, 'person' | 'id' | 'words'>,
  { agentClient }: Pick<BotParts, 'agentClient'>,
  agent: AgentSummary,
): Promise<string> {
  await agentClient.resume(person, agent, `${id}-resume`);
  return words.resumed(shownAgentName(agent));
}

function line({ agent, project, lastWords = '' }: EarlierConversation): string {
  const { name, ofKind } = shownAgent(agent);
  return `- **${name}**${ofKind}${project ? ` · ${project}` : ''}: ${lastWords}`;
}

function ofName(earlier: readonly EarlierConversation[], name: string): AgentSummary | undefined {
  try {
    return namedAgent(
      earlier.map(({ agent }) => agent),
      name,
    );
  } catch (error) {
    if (error instanceof OrchestratorError) return undefined;
    throw error;
  }
}
