import { type AgentState, isLive } from '../../../core/domain/agent/agent-state.ts';
import type { Json } from '../../../schemas/redis/python-json.ts';
import { pythonTime } from '../../../schemas/redis/python-time.ts';
import type { CommandContext } from './command-context.ts';
import { type Request, textOf } from './request.ts';

type KnownAgent = Exclude<AgentState, { phase: 'unknown' }>;

/** `status`: an agent that is deleted is as good as none. */
export async function status(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const agentId = textOf(request, 'agent_id', "Missing 'agent_id' field");
  const agent = await context.agent(agentId);
  if (agent === undefined || (agent.phase === 'ended' && agent.deleted)) return { found: false };
  return {
    found: true,
    status: {
      agent_id: agentId,
      state: stateOf(agent),
      created_at: pythonTime(agent.createdAt),
      last_activity: pythonTime(lastActivity(agent)),
      ttl_remaining_sec: null,
      metrics: {},
    },
  };
}

/** In the older service's words, which are those of `docker inspect` in other clothes. */
function stateOf(agent: KnownAgent): string {
  if (agent.phase === 'requested') return 'unknown';
  if (agent.phase !== 'ended') return 'running';
  return agent.end.how === 'lost' || agent.end.how === 'start-failed' ? 'error' : 'stopped';
}

function lastActivity(agent: KnownAgent): string {
  if (isLive(agent)) return agent.turn?.startedAt ?? agent.idleSince;
  return agent.phase === 'ended' ? agent.endedAt : agent.createdAt;
}
