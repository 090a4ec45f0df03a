import { isLive } from '../../../core/domain/agent/agent-state.ts';
import type { Json } from '../../../schemas/redis/python-json.ts';
import { agentPath } from './agent-path.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { type Request, textOf } from './request.ts';

const MISSING = 'Missing required fields';
const WRITTEN_MS = 60_000;

/** `send_file`: its `success` tells of the file, and stands in the place of the envelope's. */
export async function sendFile(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const agentId = textOf(request, 'agent_id', MISSING);
  const given = textOf(request, 'path', MISSING);
  const { content } = request;
  if (typeof content !== 'string') throw new CommandError(MISSING);
  const path = agentPath(given);
  const agent = await context.agent(agentId);
  const open = agent !== undefined && (isLive(agent) || agent.phase === 'requested');
  if (path === undefined || !open) return { success: false };

  const from = await context.give(agentId, 'command.file', { path, content });
  const late = `File ${given} not written after ${WRITTEN_MS / 1000}s`;
  return context.outcome({ agentId, from, timeoutMs: WRITTEN_MS, late }, (event) => {
    if (event.type !== 'process.file-written' && event.type !== 'process.rejected') {
      return undefined;
    }
    if (event.data.commandId !== context.causeId) return undefined;
    return { success: event.type === 'process.file-written' };
  });
}
