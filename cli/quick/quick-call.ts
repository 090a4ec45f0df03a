import type { QuickCall, QuickStatement } from '../../agents/voice/quick-way.ts';
import { MAX_OPTION, MAX_OPTIONS, MAX_TEXT } from '../../schemas/limits.ts';
import { DONE, type ResponseName } from '../agent/done.ts';
import { lastMessageOf } from '../agent/last-message.ts';
import { quickProject } from './quick-project.ts';

/** The commands that say a text to the user, and what they say it as. */
const RESPONSES: Record<string, ResponseName> = {
  answer: 'answer',
  respond: 'answer',
  ask: 'question',
  progress: 'progress',
};

/**
 * What an argument list says, where it is plain: a text as one argument, choices of a question, a
 * project's tool.
 * Undefined for the rest, which the whole command reads: options, a text that begins with a dash or
 * comes on stdin, bytes that may be no text, whatever is wrong.
 */
export function quickCall([command = '', ...args]: readonly string[]): QuickCall | undefined {
  if (command === 'project') return quickProject(args);
  const plain = plainArguments(args, command === 'ask');
  if (plain === undefined) return undefined;
  const { texts, options } = plain;
  if (Object.hasOwn(RESPONSES, command)) return response(command, texts, options);
  const turn = { family: 'turn', tool: undefined, done: undefined } as const;
  const [first, notice, ...more] = texts;
  if (command === 'ready' && first === undefined) {
    return { ...turn, name: 'ready', call: 'ready', data: {} };
  }
  if (command !== 'turn' || first !== 'end' || more.length > 0) return undefined;
  const lastMessage = lastMessageOf(notice);
  const data = lastMessage === undefined ? {} : { lastMessage };
  return { ...turn, name: 'signalled', call: 'turn.end', data };
}

function response(
  command: string,
  [text = '', ...more]: readonly string[],
  options: readonly string[],
): QuickStatement | undefined {
  const name = RESPONSES[command];
  const fits = text !== '' && text.length <= MAX_TEXT && more.length === 0;
  if (name === undefined || !fits) return undefined;
  const data = { text, ...(options.length > 0 && { options }) };
  return { family: 'response', name, call: command, tool: 'respond', data, done: DONE[name] };
}

function plainArguments(
  args: readonly string[],
  takesOptions: boolean,
): { texts: string[]; options: string[] } | undefined {
  const [texts, options]: [string[], string[]] = [[], []];
  for (let at = 0; at < args.length; at += 1) {
    const isOption = takesOptions && args[at] === '--option';
    if (isOption) at += 1;
    const text = args[at] ?? '';
    if (text.startsWith('-') || text.includes('\uFFFD')) return undefined;
    if (isOption && (text === '' || text.length > MAX_OPTION)) return undefined;
    (isOption ? options : texts).push(text);
  }
  return options.length <= MAX_OPTIONS ? { texts, options } : undefined;
}
