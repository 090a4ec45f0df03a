import type { LogLine } from '../../../core/log/append-log.ts';
import { HOME } from './container-options.ts';
import { isLost, lostPosition } from './log-position.ts';

/** What agent-entry.sh prints behind the last line of a run, on stdout and on stderr. */
export const endMark = (runId: string): Buffer =>
  Buffer.from(`orchestrator: end of the output of ${runId}`);

/** What agent-entry.sh makes when it has waited in vain for somebody to read. */
export const unreadFolder = (runId: string): string => `${HOME}/.orchestrator/${runId}/unread`;

const LOST = Buffer.from(
  '[the end of this output is lost: the Docker engine was away when the container ended]',
);

export interface OutputEnd {
  mark: Buffer;
  /** The position that reading begins behind. */
  after: string | undefined;
  /** Called when whoever reads has asked for more behind the last line. */
  taken: () => void;
  /** Has the container ended without waiting any longer for its reader? */
  gaveUp: () => Promise<boolean>;
  /** Told once it is known that something is missing. */
  lost: () => void;
}

/**
 * The lines of a run up to its end mark, which is nobody's line. Of a container that gave up waiting
 * for its reader, and whose mark did not come, the last line says that something is lost.
 */
export async function* toEndMark(
  batches: AsyncIterable<LogLine[]>,
  { mark, after, taken, gaveUp, lost }: OutputEnd,
): AsyncGenerator<LogLine[], void, undefined> {
  if (isLost(after)) return;
  let at = after;
  let isWhole = false;
  try {
    for await (const batch of batches) {
      const isEnd = batch.some((line) => hasMark(line, mark));
      const lines = isEnd ? batch.flatMap((line) => withoutMark(line, mark)) : batch;
      if (lines.length > 0) yield lines;
      at = batch.at(-1)?.position;
      if (!isEnd) continue;
      isWhole = true;
      taken();
    }
  } catch (error) {
    // An engine that says that it cannot read the log is not away: waiting would bring nothing.
    taken();
    throw error;
  }
  if (isWhole || !(await gaveUp())) return;
  lost();
  yield [{ position: lostPosition(at), bytes: LOST, continued: false }];
}

const hasMark = ({ bytes }: LogLine, mark: Buffer): boolean =>
  bytes.length >= mark.length && mark.equals(bytes.subarray(-mark.length));

/** Nothing of the mark alone; of a last line that the agent did not end, what is before the mark. */
function withoutMark(line: LogLine, mark: Buffer): LogLine[] {
  if (!hasMark(line, mark)) return [line];
  const own = line.bytes.subarray(0, -mark.length);
  return own.length === 0 ? [] : [{ ...line, bytes: own }];
}
