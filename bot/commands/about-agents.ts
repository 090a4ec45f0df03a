import { shownAgentName } from '../../core/conversation/named-agent.ts';
import { modeButton, switchButton } from '../text/button-data.ts';
import { codeBlock } from '../text/code-block.ts';
import { agentLine, shownAgent } from './agent-line.ts';
import { type BotCommand, VIEW_TIMEOUT_MS } from './bot-command.ts';
import { currentAgent } from './current-agent.ts';
import { meantAgent, ownAgents } from './own-agents.ts';

const MAX_LISTED = 20;

/** `/status [name]`; with the id, by which an operator finds it. */
export const status: BotCommand = async (context, parts, argument) => {
  const agent = await meantAgent(context, parts, argument);
  if (agent === undefined) return;
  const { words, reply } = context.incoming;
  await reply('status', `${agentLine(agent, words, new Date())}\n\`${agent.agentId}\``);
};

/** `/agents`: those that live, and a button to talk to each; `/agents <name>` talks to that one. */
export const agents: BotCommand = async (context, parts, argument) => {
  const { incoming } = context;
  const { words, reply, id } = incoming;
  if (argument !== '') {
    const agent = await meantAgent(context, parts, argument);
    if (agent === undefined) return;
    await parts.agentClient.switchTo(incoming.person, agent.agentId, id);
    return reply('agents', words.switched(shownAgentName(agent)));
  }
  const { agentId: current, living } = await ownAgents(incoming, parts);
  const shown = living.slice(-MAX_LISTED);
  if (shown.length === 0) return reply('agents', words.noAgent);
  const mark = (agentId: string) => (agentId === current ? '▶ ' : '');
  const now = new Date();
  const lines = shown.map((agent) => `- ${mark(agent.agentId)}${agentLine(agent, words, now)}`);
  const buttons = shown.map((agent) => {
    const { name, ofKind } = shownAgent(agent);
    return switchButton(agent.agentId, `${mark(agent.agentId)}${name}${ofKind}`);
  });
  await reply('agents', `${words.agentsTitle}\n\n${lines.join('\n')}`, buttons);
};

export const mode: BotCommand = async ({ incoming }, { directory }, argument) => {
  const { words, chatId, member, reply, id } = incoming;
  const chosen = MODES.find((each) => each === argument);
  if (chosen !== undefined) {
    await directory.state('user.mode-chosen', chatId, { mode: chosen }, id);
    return reply('mode', words.chosen(words.modes[chosen]));
  }
  const buttons = MODES.map((each) => modeButton(each, words.modes[each]));
  await reply('mode', words.modeIs(words.modes[member.mode]), buttons);
};

const MODES = ['join', 'wait', 'interrupt'] as const;

const LINES = 20;
const MAX_LINES = 500;

/** `/logs [n]`: the last lines that the agent printed. */
export const logs: BotCommand = async (context, parts, argument) => {
  const { words, reply } = context.incoming;
  const count = argument === '' ? LINES : Number(argument);
  if (!Number.isInteger(count) || count < 1 || count > MAX_LINES) {
    return reply('logs', words.usage(`/logs [1-${MAX_LINES}]`));
  }
  const agent = await currentAgent(context, parts);
  if (agent === undefined) return;
  const request = { agentId: agent.agentId, lines: count };
  const { lines } = await parts.views.request('logs', request, { timeoutMs: VIEW_TIMEOUT_MS });
  if (lines.length === 0) return reply('logs', words.noLogs);
  await reply('logs', codeBlock(lines.map(({ line }) => line).join('\n')));
};
