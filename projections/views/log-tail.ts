import type { EventLog } from '../../core/log/event-log.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { LogLineView } from '../../schemas/views.ts';

/** The last lines of both streams of an agent, in the order in which they were stored. */
export async function logTail(
  log: EventLog,
  agentId: string,
  lines: number,
): Promise<LogLineView[]> {
  const tail: LogLineView[] = [];
  const from = { sequence: 1 };
  for await (const message of log.read({
    stream: 'LOGS',
    from,
    filter: agentFilter(agentId, 'log'),
  })) {
    tail.push({
      stream: message.subject.endsWith('.stderr') ? 'stderr' : 'stdout',
      time: message.header('ce-time') ?? message.time.toISOString(),
      line: Buffer.from(message.payload).toString(),
      sequence: message.sequence,
    });
    if (tail.length > lines) tail.shift();
  }
  return tail;
}
