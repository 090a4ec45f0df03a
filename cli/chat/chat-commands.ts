import type { Views } from '../../core/conversation/views.ts';
import type { MessageMode } from '../../schemas/message-mode.ts';
import type { AgentSummary, LogLineView } from '../../schemas/views.ts';

/** What can be typed in a chat beside messages. */
export const CHAT_COMMANDS = {
  '/status': 'how the agent is',
  '/logs': 'the last lines that it printed',
  '/interrupt': 'interrupt what it is doing',
  '/mode': 'what a message does while the agent works: /mode join, wait or interrupt',
  '/yes': 'let the job run that asks for it',
  '/no': 'do not let it',
  '/stop': 'end the agent; the next message goes on with it',
  '/new': 'end the agent and begin a new conversation',
  '/resume': 'your earlier conversations; /resume 2 or a name goes on with one',
  '/help': 'this list',
  '/quit': 'leave (or Ctrl-D, or Ctrl-C twice)',
} as const;

export type ChatCommand = keyof typeof CHAT_COMMANDS;

const VIEW_TIMEOUT_MS = 5_000;
const LOG_LINES = 20;

/** A text that begins with a slash and one word of letters is meant as a command. */
export const isCommandLike = (text: string): boolean => /^\/[a-z]+\s*$/.test(text);

export const asCommand = (text: string): ChatCommand | undefined => {
  const word = text.trim();
  // Own properties of the table are exactly its keys.
  return Object.hasOwn(CHAT_COMMANDS, word) ? (word as ChatCommand) : undefined;
};

/** The word behind `/mode`, empty where there is none; undefined for any other text. */
export const asModeCommand = (text: string): string | undefined =>
  /^\/mode(?:\s+([a-z]+))?\s*$/.exec(text)?.slice(1).join('');

/** What stands behind `/resume`, empty where nothing does; undefined for any other text. */
export const asResumeCommand = (text: string): string | undefined =>
  /^\/resume(?:\s+(.*))?$/s.exec(text.trim())?.slice(1).join('').trim();

/** What a message does while the agent works, for people. */
export const MODE_TEXTS: Readonly<Record<MessageMode, string>> = {
  join: 'A message joins what the agent does; one answer may then serve several.',
  wait: 'A message waits until the agent is done, and gets an answer of its own.',
  interrupt: 'A message interrupts what the agent does.',
};

export const helpText = (): string =>
  [
    ...Object.entries(CHAT_COMMANDS).map(([name, what]) => `${name.padEnd(12)} ${what}`),
    'Several lines: Alt-Enter or a \\ at the end goes on in the next; what is pasted stays together.',
    'A question with choices takes a number, a choice, or how it begins.',
  ].join('\n');

/** What looks like a command of the chat and is none: it may be one of the agent's CLI. */
export const noSuchCommand = (command: string): string =>
  `There is no ${command} here; if it is for the agent, say /${command}.\n${helpText()}`;

export async function statusText(views: Views, agentId: string): Promise<string> {
  const { agent } = await views.request('agent', { agentId }, { timeoutMs: VIEW_TIMEOUT_MS });
  return describeAgent(agent);
}

export async function logsText(views: Views, agentId: string): Promise<string> {
  const request = { agentId, lines: LOG_LINES };
  const { lines } = await views.request('logs', request, { timeoutMs: VIEW_TIMEOUT_MS });
  return lines.length === 0 ? 'nothing yet' : lines.map(logLine).join('\n');
}

const logLine = ({ stream, line }: LogLineView): string =>
  stream === 'stderr' ? `! ${line}` : `  ${line}`;

export function describeAgent(agent: AgentSummary): string {
  const { agentId, phase, kind, pid, expiresAt, queued, turn, counts, end } = agent;
  const facts = [
    `${agentId} is ${phase}${end === undefined ? '' : ` (${end})`}`,
    kind && `kind ${kind}`,
    pid !== undefined && `process ${pid}`,
    phase !== 'ended' && expiresAt && `lives until ${expiresAt}`,
    turn ? `in a turn since ${turn.startedAt}` : 'no turn',
    `${queued} waiting`,
    `${counts.messages} messages, ${counts.answers} answers, ${counts.failed} failed turns`,
  ];
  return facts.filter((fact) => typeof fact === 'string' && fact !== '').join('; ');
}
