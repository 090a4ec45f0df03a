import type { StoredMessage } from '../../../core/log/stored-message.ts';
import { logsStream } from '../../../schemas/redis/keys.ts';
import { pythonTime } from '../../../schemas/redis/python-time.ts';
import { parseSubject } from '../../../schemas/subjects.ts';
import type { MirrorOp } from './mirror-op.ts';

/** A log line as an entry of `agent:logs:<agent>`; bytes that are not UTF-8 become U+FFFD. */
export function logOps(message: StoredMessage): MirrorOp[] {
  const address = parseSubject(message.subject);
  if (address?.family !== 'log') return [];
  const line = Buffer.from(message.payload).toString();
  const stated = message.header('ce-time') ?? '';
  const time = Number.isNaN(Date.parse(stated)) ? message.time.toISOString() : stated;
  const fields = ['stream', address.name, 'line', line, 'timestamp', pythonTime(time)];
  return [{ do: 'log', key: logsStream(address.agentId), fields }];
}
