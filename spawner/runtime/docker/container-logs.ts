import type Docker from 'dockerode';
import type { LogLine } from '../../../core/log/append-log.ts';
import { BackOff, NEAR } from '../../../platform/async/back-off.ts';
import { isEngineAway, mayPass, statusOf } from '../../../platform/docker/engine-error.ts';
import { LineAssembler } from './line-assembler.ts';
import { FrameReader, type LogFrame } from './log-frames.ts';
import { type LogPosition, parsePosition, sinceOf } from './log-position.ts';

const BATCH_LINES = 500;

/** An engine that answers, so often in a row, that it cannot read a log: it will not. */
const MAX_FAILURES = 8;

export interface LogRequest {
  stream: 'stdout' | 'stderr';
  /** A position; undefined: from the start. */
  after: string | undefined;
  /** Has the container ended? Then all of its log is there. */
  ended: () => Promise<boolean>;
  signal: AbortSignal;
}

/**
 * The lines of one stream of a container from behind a position on, in batches of at most 500,
 * also while the engine is away for a time. Ends when the container has ended and all is read, or
 * when the signal aborts. Reads no further than the consumer has asked for.
 *
 * @throws what the engine says of a log that it cannot read
 */
export async function* containerLogs(
  container: Docker.Container,
  { stream, after, ended, signal }: LogRequest,
): AsyncGenerator<LogLine[], void, undefined> {
  const backOff = new BackOff(NEAR);
  let position = after === undefined ? undefined : parsePosition(after);
  while (!signal.aborted) {
    // Asked before reading: what was written before the end is then read.
    const last = await ended();
    const lines = new LineAssembler(position);
    try {
      for await (const frames of framesOf(container, stream, position, signal)) {
        for (const batch of batches(frames.flatMap((frame) => lines.push(frame)))) {
          yield batch;
          position = parsePosition(batch.at(-1)?.position ?? '');
        }
        backOff.reset();
      }
      if (last) return yield* batches(lines.flush());
    } catch (error) {
      if (signal.aborted || statusOf(error) === 404) return;
      const passes = isEngineAway(error) || (mayPass(error) && backOff.failures < MAX_FAILURES);
      if (!passes) throw error;
      await backOff.wait(signal);
    }
  }
}

/**
 * What the engine has behind a position, and what comes while the container runs: of one that has
 * ended, the answer ends with its log. Asked for as a stream in either case: a log can have 300 MB,
 * and a client that does not follow makes one buffer of it.
 */
async function* framesOf(
  container: Docker.Container,
  stream: 'stdout' | 'stderr',
  position: LogPosition | undefined,
  signal: AbortSignal,
): AsyncGenerator<LogFrame[], void, undefined> {
  const reader = new FrameReader();
  const chunks = await container.logs({
    [stream]: true,
    timestamps: true,
    follow: true,
    abortSignal: signal,
    ...(position && { since: sinceOf(position) }),
  });
  // Binary, as nobody has set an encoding.
  for await (const chunk of chunks) yield reader.push(chunk as Buffer);
}

function* batches(lines: LogLine[]): Generator<LogLine[], void, undefined> {
  for (let begin = 0; begin < lines.length; begin += BATCH_LINES) {
    yield lines.slice(begin, begin + BATCH_LINES);
  }
}
