import type { Json } from '../../../schemas/redis/python-json.ts';
import { logTail } from '../../views/log-tail.ts';
import type { CommandContext } from './command-context.ts';
import { noSuchContainer } from './no-such-container.ts';
import { type Request, textOf } from './request.ts';

const DEFAULT_LINES = 100;
const MAX_LINES = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;

/** `logs`: what the agent printed last, its stdout before its stderr. */
export async function logs(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const agentId = textOf(request, 'agent_id', "Missing 'agent_id' field");
  if ((await context.agent(agentId)) === undefined) return { logs: noSuchContainer(agentId) };
  const options = { agentId, lines: linesOf(request.tail), maxBytes: MAX_BYTES };
  const lines = await logTail(context.services.log, options);
  const text = (stream: 'stdout' | 'stderr') =>
    lines.map((line) => (line.stream === stream ? `${line.line}\n` : '')).join('');
  return { logs: text('stdout') + text('stderr') };
}

/** The number of lines, from what docker takes: a number, or a word such as `all`. */
function linesOf(tail: Json | undefined): number {
  if (tail === undefined) return DEFAULT_LINES;
  const lines = Number(tail);
  return Number.isInteger(lines) && lines >= 1 ? Math.min(lines, MAX_LINES) : MAX_LINES;
}
