import type { BegunCall } from '../../agents/voice/command-streams.ts';
import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { dataProblem } from '../../schemas/data-problem.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { newId } from '../../schemas/ids.ts';
import { newEvent, type Whose } from '../../schemas/new-event.ts';

export type CommandType = Extract<EventType, `command.${string}`>;

export interface GivenCommand {
  commandId: string;
  /** Its place in the log: what comes of it comes later. */
  sequence: number;
}

/**
 * Asks an agent for something: appends the command's event. Throws what an append can fail with,
 * and ORC_USAGE where no reader would understand it. What the quick way has `begun` is stored once.
 */
export async function giveCommand<T extends CommandType>(
  log: EventLog,
  agentId: string,
  type: T,
  data: DataOf<T>,
  begun: Pick<BegunCall, 'id' | 'at'> = { id: newId('cmd'), at: new Date() },
): Promise<GivenCommand> {
  requireUnderstood(type, data);
  const commandId = begun.id;
  const event = newEvent(type, { agentId } as Whose<T>, data, {
    id: commandId,
    source: 'orchestrator/operator',
    now: begun.at,
    correlationId: commandId,
  });
  const result = await log.append(event);
  if (!result.ok) throw appendError(result);
  return { commandId, sequence: result.sequence };
}

/** Throws ORC_USAGE for what no reader would understand. */
export function requireUnderstood<T extends CommandType>(type: T, data: DataOf<T>): void {
  const problem = dataProblem(type, data);
  if (problem === undefined) return;
  throw new OrchestratorError('ORC_USAGE', `${type.replace('command.', '')}: ${problem}`);
}
