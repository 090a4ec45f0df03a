import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { dataProblem } from '../../schemas/data-problem.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent, NewEventOf } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { newId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';

export type CommandType = Extract<EventType, `command.${string}`>;

export interface GivenCommand {
  commandId: string;
  /** Its place in the log: what comes of it comes later. */
  sequence: number;
}

/**
 * Asks an agent for something: appends the command's event. Throws what an append can fail with,
 * and ORC_USAGE where no reader would understand it.
 */
export async function giveCommand<T extends CommandType>(
  log: EventLog,
  agentId: string,
  type: T,
  data: DataOf<T>,
): Promise<GivenCommand> {
  requireUnderstood(type, data);
  const commandId = newId('cmd');
  const name = type.slice('command.'.length);
  const event: NewEventOf<T> = {
    id: commandId,
    type,
    source: 'orchestrator/operator',
    time: new Date().toISOString(),
    correlationId: commandId,
    subject: subjectOf({ family: 'command', agentId, name }),
    data,
  };
  // One of the union by T; the compiler does not distribute over a type parameter.
  const result = await log.append(event as unknown as NewEvent);
  if (!result.ok) throw appendError(result);
  return { commandId, sequence: result.sequence };
}

/** Throws ORC_USAGE for what no reader would understand. */
export function requireUnderstood<T extends CommandType>(type: T, data: DataOf<T>): void {
  const problem = dataProblem(type, data);
  if (problem === undefined) return;
  throw new OrchestratorError('ORC_USAGE', `${type.replace('command.', '')}: ${problem}`);
}
