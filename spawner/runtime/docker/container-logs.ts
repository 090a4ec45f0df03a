import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { statusOf } from '../../../platform/docker/engine-error.ts';
import type { LogLine } from '../runtime.ts';
import { LineAssembler } from './line-assembler.ts';
import { FrameReader } from './log-frames.ts';
import { type LogPosition, parsePosition, sinceOf } from './log-position.ts';

const BATCH_LINES = 500;
const RETRY_MS = 250;

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
 */
export async function* containerLogs(
  container: Docker.Container,
  { stream, after, ended, signal }: LogRequest,
): AsyncGenerator<LogLine[], void, undefined> {
  let position = after === undefined ? undefined : parsePosition(after);
  while (!signal.aborted) {
    // Asked before reading: what was written before the end is then read.
    const last = await ended();
    const lines = new LineAssembler(position);
    try {
      for await (const chunk of await open(container, stream, position, !last, signal)) {
        for (const batch of batches(chunk.flatMap((frame) => lines.push(frame)))) {
          yield batch;
          position = parsePosition(batch.at(-1)?.position ?? '');
        }
      }
      if (last) return yield* batches(lines.flush());
    } catch (error) {
      if (signal.aborted || statusOf(error) === 404) return;
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function open(
  container: Docker.Container,
  stream: 'stdout' | 'stderr',
  position: LogPosition | undefined,
  follow: boolean,
  signal: AbortSignal,
) {
  const options = {
    [stream]: true,
    timestamps: true,
    abortSignal: signal,
    ...(position && { since: sinceOf(position) }),
  };
  const frames = new FrameReader();
  if (!follow) return [frames.push(await container.logs({ ...options, follow: false }))];
  return following(await container.logs({ ...options, follow: true }), frames);
}

async function* following(stream: NodeJS.ReadableStream, frames: FrameReader) {
  // Binary, as nobody has set an encoding.
  for await (const chunk of stream) yield frames.push(chunk as Buffer);
}

function* batches(lines: LogLine[]): Generator<LogLine[], void, undefined> {
  for (let begin = 0; begin < lines.length; begin += BATCH_LINES) {
    yield lines.slice(begin, begin + BATCH_LINES);
  }
}
