import type { NatsConnection } from '@nats-io/transport-node';
import type { AppendResult } from './append-result.ts';
import { publishBatch } from './batch.ts';
import { batches } from './batches.ts';
import { type HeaderPairs, headerLines } from './header-lines.ts';
import { type Outgoing, withExpectation } from './outgoing.ts';
import { ACK_TIMEOUT_MS } from './publish-event.ts';

/** A line of an agent's stdout or stderr. */
export interface LogLine {
  /** Its place in its stream, as the runtime tells it: its id within the run, and where to go on behind it. */
  position: string;
  /** What the agent wrote, without the line break; at most 64 KiB. */
  bytes: Uint8Array;
  /** The line was too long for one piece, and goes on in the next. */
  continued: boolean;
}

export interface LogOptions {
  runId: string;
  /** `ce-source`, such as `orchestrator/spawner`. */
  source: string;
  /** `ce-time`, RFC 3339: when the lines were read. */
  time: string;
  /** The last sequence of this subject in LOGS, 0 for none; refused with `conflict` otherwise. */
  expectedLast: number;
  timeoutMs?: number | undefined;
}

/**
 * Appends lines to `agents.<id>.log.<stream>` in atomic batches of at most 1,000 lines (the server takes no more) or 1 MB, each
 * expecting the one before. The expectation is what makes a line stored once: after anything but
 * `ok`, read the last line of the subject and go on after its `ce-position`. Never throws
 * (docs/decisions/0005-log-lines-in-atomic-batches.md).
 */
export async function appendLog(
  nc: NatsConnection,
  subject: string,
  lines: readonly LogLine[],
  options: LogOptions,
): Promise<AppendResult> {
  let stored: AppendResult = { ok: true, sequence: options.expectedLast, duplicate: false };
  const outgoing = outgoingLines(subject, options);
  for (const batch of batches(lines.map(outgoing))) {
    const expect = { filter: subject, sequence: stored.sequence };
    const [first, ...rest] = batch;
    if (first === undefined) continue;
    const messages = [withExpectation(first, expect), ...rest];
    const result = await publishBatch(nc, messages, options.timeoutMs ?? ACK_TIMEOUT_MS);
    if (!result.ok) return result;
    stored = result;
  }
  return stored;
}

/** What is the same of all lines of a run and a stream is written once. */
function outgoingLines(
  subject: string,
  { runId, source, time }: LogOptions,
): (line: LogLine) => Outgoing {
  const stream = subject.slice(subject.lastIndexOf('.') + 1);
  const common = headerLines([
    ['ce-specversion', '1.0'],
    ['ce-type', `log.${stream}`],
    ['ce-source', source],
    ['ce-time', time],
    ['ce-runid', runId],
  ]);
  return ({ position, bytes, continued }) => {
    const own: HeaderPairs = [
      ['ce-id', `${runId}:${stream}:${position}`],
      ['ce-position', position],
      ...(continued ? CONTINUED : []),
    ];
    return { subject, headers: common + headerLines(own), payload: bytes };
  };
}

const CONTINUED: HeaderPairs = [['ce-continued', 'true']];
