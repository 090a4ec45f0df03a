import { isAgentId } from '../../schemas/ids.ts';
import { MAX_TEXT } from '../../schemas/limits.ts';

/** A message to an agent, whose arguments leave nothing to ask or to complain of. */
export interface QuickSend {
  agentId: string;
  text: string;
  wait: boolean;
}

/**
 * `send <agent id> <text>`, with `--wait` or without. Undefined for the rest, which the whole command
 * reads: other options, a name, a text that begins with a dash or comes on stdin, whatever is wrong.
 */
export function quickSend([command, ...args]: readonly string[]): QuickSend | undefined {
  if (command !== 'send') return undefined;
  const [agentId = '', text = '', ...more] = args.filter((each) => each !== '--wait');
  const waits = args.length - more.length - 2;
  const isPlain = !text.startsWith('-') && !text.includes('\uFFFD') && text.length <= MAX_TEXT;
  if (!isAgentId(agentId) || text === '' || !isPlain || more.length > 0 || waits > 1) {
    return undefined;
  }
  return { agentId, text, wait: waits === 1 };
}
