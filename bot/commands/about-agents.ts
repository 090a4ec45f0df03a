import { derivedId } from '../../schemas/ids.ts';
import { modeButton, switchButton } from '../text/button-data.ts';
import { agentLine } from './agent-line.ts';
import { type BotCommand, VIEW_TIMEOUT_MS } from './bot-command.ts';
import { currentAgent } from './current-agent.ts';

const MAX_LISTED = 20;

export const status: BotCommand = async (context, parts) => {
  const agent = await currentAgent(context, parts);
  if (agent === undefined) return;
  const { words, reply } = context.incoming;
  await reply('status', agentLine(agent, words, new Date()));
};

/** `/agents`: those that live, and a button to talk to each. */
export const agents: BotCommand = async ({ incoming }, { log, views }) => {
  const { words, person, reply } = incoming;
  const options = { timeoutMs: VIEW_TIMEOUT_MS };
  // What the person has done just before is in the list.
  const atLeast = await log.lastSequence('EVENTS');
  const own = await views.request('user', { ...person, atLeast }, options);
  const all = await views.request('agents', { atLeast }, options);
  const living = all.agents
    .filter(({ agentId, phase }) => own.agents.includes(agentId) && phase !== 'ended')
    .slice(-MAX_LISTED);
  if (living.length === 0) return reply('agents', words.noAgent);
  const mark = (agentId: string) => (agentId === own.agentId ? '▶ ' : '');
  const now = new Date();
  const lines = living.map((agent) => `- ${mark(agent.agentId)}${agentLine(agent, words, now)}`);
  const buttons = living.map(({ agentId, kind }) =>
    switchButton(agentId, `${mark(agentId)}${agentId} (${kind ?? '?'})`),
  );
  await reply('agents', `${words.agentsTitle}\n\n${lines.join('\n')}`, buttons);
};

/** `/new [kind]`: a further agent, which messages go to from now on. */
export const newAgent: BotCommand = async ({ incoming }, parts, argument) => {
  const { words, person, reply, id } = incoming;
  const wish = argument === '' ? parts.wish : parts.kinds.get(argument);
  if (wish === undefined) {
    return reply('new', words.unknownKind(argument, [...parts.kinds.keys()].join(', ')));
  }
  // Derived from the update: a repeat of it makes no second agent.
  const agentId = derivedId('agent-', id);
  await parts.manager.createAnother(person, wish, agentId);
  await reply('new', words.created(agentId, wish.kind));
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

/** Fenced by more backticks than stand in it. */
function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
