/** The names that older clients know, exactly as they are there. */
export const COMMANDS_STREAM = 'cli-agent:commands';
export const RESPONSES_STREAM = 'cli-agent:responses';
/** Where a history is made anew before it takes the stream's place. */
export const HISTORY_STREAM = 'orchestrator:history';
/** The older spawner's own group: what it has not handled is handled here, and nothing twice. */
export const COMMANDS_GROUP = 'workers-spawner';

export const logsStream = (agentId: string): string => `agent:logs:${agentId}`;
/** How many lines a log stream keeps, about: Redis trims it in whole nodes (`MAXLEN ~`). */
export const LOG_LINES = 1_000;

export const userAgentKey = (userId: string): string => `telegram:user_agent:${userId}`;
export const agentUserKey = (agentId: string): string => `telegram:agent_user:${agentId}`;

export type AgentChannel = 'status' | 'response' | 'message' | 'command_exit';
/** A pub/sub channel, no stream. */
export const agentChannel = (agentId: string, name: AgentChannel): string =>
  `agents:${agentId}:${name}`;

/** Where the mirror of one event log stands in this Redis: a hash, one for each log. */
export const mirrorKey = (log: string): string => `orchestrator:mirror:${log}`;
