import { dataProblem } from '../../schemas/data-problem.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { newId } from '../../schemas/ids.ts';
import { newEvent, type Whose } from '../../schemas/new-event.ts';
import { entranceTraceparent } from '../../schemas/trace-context.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';
import { stateOnce } from './state-once.ts';

export type CommandType = Extract<EventType, `command.${string}`>;

export interface GivenCommand {
  commandId: string;
  /** Its place in the log: what comes of it comes later. */
  sequence: number;
}

/** Under which id, and since when, a command is asked for. */
export interface CommandId {
  id: string;
  at: Date;
  /** The id is the caller's own: it is stored once, however late it comes again. */
  once?: boolean | undefined;
  /** Where the caller's own trace is; one is derived without. */
  traceparent?: string | undefined;
}

/**
 * Asks an agent for something: appends the command's event. Throws what an append can fail with,
 * ORC_USAGE where no reader would understand it, and ORC_CONFLICT where the caller's own id has
 * something else. What the quick way has begun is stored once.
 */
export async function giveCommand<T extends CommandType>(
  log: EventLog,
  agentId: string,
  type: T,
  data: DataOf<T>,
  { id = newId('cmd'), at = new Date(), once = false, traceparent }: Partial<CommandId> = {},
): Promise<GivenCommand> {
  requireUnderstood(type, data);
  const event = newEvent(type, { agentId } as Whose<T>, data, {
    id,
    source: 'orchestrator/operator',
    now: at,
    correlationId: id,
    traceparent: entranceTraceparent(id, traceparent),
  });
  if (once) return { commandId: id, sequence: await stateOnce(log, event) };
  const result = await log.append(event);
  if (!result.ok) throw appendError(result);
  return { commandId: id, sequence: result.sequence };
}

/** Throws ORC_USAGE for what no reader would understand. */
export function requireUnderstood<T extends CommandType>(type: T, data: DataOf<T>): void {
  const problem = dataProblem(type, data);
  if (problem === undefined) return;
  throw new OrchestratorError('ORC_USAGE', `${type.replace('command.', '')}: ${problem}`);
}
