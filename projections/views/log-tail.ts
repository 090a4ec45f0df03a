import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { LogLineView } from '../../schemas/views.ts';

export interface LogTailRequest {
  agentId: string;
  /** How many lines at most. */
  lines: number;
  /** What the lines may have as JSON at most: one answer has to hold them all. */
  maxBytes: number;
}

/** The last lines of both streams of an agent, in the order in which they were stored. */
export async function logTail(
  log: EventLog,
  { agentId, lines, maxBytes }: LogTailRequest,
): Promise<LogLineView[]> {
  const last: StoredMessage[] = [];
  const filter = agentFilter(agentId, 'log');
  for await (const message of log.read({ stream: 'LOGS', from: { sequence: 1 }, filter })) {
    last.push(message);
    if (last.length > lines) last.shift();
  }
  return newestThatFit(last.map(lineView), maxBytes);
}

export const lineView = (message: StoredMessage): LogLineView => ({
  stream: message.subject.endsWith('.stderr') ? 'stderr' : 'stdout',
  time: message.header('ce-time') ?? message.time.toISOString(),
  line: Buffer.from(message.payload).toString(),
  sequence: message.sequence,
});

/** A longest tail within `maxBytes`; the last line is always there, cut if it must be. */
function newestThatFit(lines: LogLineView[], maxBytes: number): LogLineView[] {
  let left = maxBytes;
  const first = lines.findLastIndex((line) => {
    left -= Buffer.byteLength(JSON.stringify(line)) + 1;
    return left < 0;
  });
  const last = lines.at(-1);
  if (last === undefined || first < lines.length - 1) return lines.slice(first + 1);
  // A character is six bytes of JSON at most.
  return [{ ...last, line: `${last.line.slice(0, Math.floor(maxBytes / 8))}…` }];
}
