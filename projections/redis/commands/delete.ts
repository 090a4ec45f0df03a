import type { Json } from '../../../schemas/redis/python-json.ts';
import type { CommandContext } from './command-context.ts';
import { type Request, textOf } from './request.ts';

/** A graceful end has three steps, of some seconds each. */
const DELETED_MS = 60_000;

/** `delete`: ended, and forgotten but for its history. */
export async function deleteAgent(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const agentId = textOf(request, 'agent_id', "Missing 'agent_id' field");
  if ((await context.agent(agentId)) === undefined) return { deleted: false };
  const from = await context.give(agentId, 'command.delete', {});
  const late = `Agent ${agentId} not deleted after ${DELETED_MS / 1000}s`;
  return context.outcome({ agentId, from, timeoutMs: DELETED_MS, late }, (event) => {
    if (event.type !== 'process.deleted' && event.type !== 'process.rejected') return undefined;
    if (event.data.commandId !== context.causeId) return undefined;
    return { deleted: event.type === 'process.deleted' };
  });
}
