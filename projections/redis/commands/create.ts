import { kindOfOlderName } from '../../../agents/agent-kinds.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import { derivedId, isToken } from '../../../schemas/ids.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import type { Json } from '../../../schemas/redis/python-json.ts';
import { parseWorkerConfig, type WorkerConfig } from '../../../schemas/redis/worker-config.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import type { Request } from './request.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** The longest time that older clients wait. */
const READY_MS = 60_000;
/** The older service looked twice a second. */
const ATTEMPTS = READY_MS / 500;

/** `create`: an agent of its own for every request, ready when it is replied. */
export async function create(
  request: Request,
  context: CommandContext,
): Promise<Record<string, Json>> {
  const config = configOf(request);
  const kind = kindOfOlderName(config.agent)?.name;
  if (kind === undefined) throw new CommandError(`Unknown agent type: ${config.agent}`);
  const agentId = derivedId('agent-', context.causeId);
  const owner = ownerOf(request);
  const from = await context.create(agentId, creation(agentId, kind, config, owner, context));
  const late = `Container ${agentId} not ready after ${ATTEMPTS} attempts (${READY_MS / 1000}.0s)`;
  return context.outcome({ agentId, from, timeoutMs: READY_MS, late }, (event) => {
    if (event.type === 'process.ready') return { agent_id: agentId };
    if (event.type === 'process.start-failed') throw startFailed(event.data.reason);
    if (event.type !== 'process.exited' && event.type !== 'process.stopped') return undefined;
    throw startFailed('it ended before it was ready');
  });
}

function configOf({ config }: Request): WorkerConfig {
  // Python takes what is empty for missing.
  const empty = !config || (typeof config === 'object' && Object.keys(config).length === 0);
  if (empty) throw new CommandError("Missing 'config' field");
  if (typeof config !== 'object' || Array.isArray(config)) {
    const type = Array.isArray(config) ? 'list' : 'str';
    throw new CommandError(`WorkerConfig() argument after ** must be a mapping, not ${type}`);
  }
  const parsed = parseWorkerConfig(config);
  if (!parsed.ok) throw new CommandError(parsed.error);
  return parsed.config;
}

/** Whom the older bot makes an agent for: the same person as in the newer one. */
function ownerOf({ context }: Request): Person | undefined {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return undefined;
  const { user_id: userId, source } = context;
  const isPerson = source === 'telegram' && typeof userId === 'string' && isToken(userId);
  return isPerson ? { channel: 'telegram', userId } : undefined;
}

/** The assignment comes last: whoever has read it has read the creation too. */
function creation(
  agentId: string,
  kind: string,
  config: WorkerConfig,
  owner: Person | undefined,
  context: CommandContext,
): NewEvent[] {
  const { turnDeadlineMs, clock } = context.services;
  const { timeoutMinutes, ttlHours, allowedTools } = config;
  const created = context.command(agentId, 'command.create', {
    kind,
    ...(owner && { owner }),
    // The older command took an empty list for all of them.
    ...(allowedTools.length > 0 && { allowedTools }),
    ttlMs: Math.max(1, ttlHours * HOUR_MS),
    turnDeadlineMs: timeoutMinutes ? timeoutMinutes * MINUTE_MS : turnDeadlineMs,
  });
  if (owner === undefined) return [created];
  const assigned = newEvent(
    'user.agent-assigned',
    owner,
    { agentId },
    {
      id: `user.agent-assigned:${agentId}`,
      source: created.source,
      now: clock(),
      correlationId: created.correlationId,
      causationId: created.id,
    },
  );
  return [created, assigned];
}

/** The spawner's words of variables that nobody has set; see its agent-environment. */
const MISSING = /needs (\S+(?:, \S+)*) in the environment$/;

function startFailed(reason: string): CommandError {
  const variables = MISSING.exec(reason)?.[1];
  if (variables === undefined) return new CommandError(`Failed to create container: ${reason}`);
  return new CommandError(
    `Missing required environment variables: ${variables}. ` +
      "Set them in spawner's .env or pass in config.env_vars",
  );
}
