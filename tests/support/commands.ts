import type { EventLog } from '../../core/log/event-log.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { newId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';

type CommandType = Extract<EventType, `command.${string}`>;

/** A command as an operator would give it. */
export function command<T extends CommandType>(
  agentId: string,
  type: T,
  data: DataOf<T>,
  id = newId('cmd'),
): NewEvent {
  const [, name = ''] = type.split('.');
  return {
    id,
    type,
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    correlationId: id,
    subject: subjectOf({ family: 'command', agentId, name }),
    data,
    // The data was typed by the type just above.
  } as NewEvent;
}

async function append(log: EventLog, event: NewEvent): Promise<void> {
  const result = await log.append(event);
  if (!result.ok) throw new Error(`not appended: ${result.error}`);
}

/** A `line` agent with this command line. */
export function createAgent(
  log: EventLog,
  agentId: string,
  commandLine: string,
  own: Partial<DataOf<'command.create'>> = {},
): Promise<void> {
  const data = { kind: 'line', ttlMs: 3_600_000, turnDeadlineMs: 60_000, commandLine, ...own };
  return append(log, command(agentId, 'command.create', data));
}

export function sendMessage(
  log: EventLog,
  agentId: string,
  id: string,
  text: string,
): Promise<void> {
  return append(log, command(agentId, 'command.send', { text, mode: 'join' }, id));
}
