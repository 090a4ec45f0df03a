import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { OrchestratorError } from '../../schemas/errors.ts';
import { problemOf } from './problem.ts';

export interface EventStreamOptions {
  /** How long its reader may take nothing, milliseconds. */
  stallMs?: number;
  /** Between the comments that say that it lives, milliseconds. */
  heartbeatMs?: number;
}

const STALL_MS = 30_000;
const HEARTBEAT_MS = 10_000;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // So that no proxy gathers what is to come at once.
  'x-accel-buffering': 'no',
};

/** After how many milliseconds a reader that was cut off is to come again. */
const RETRY = 'retry: 1000\n\n';

/**
 * Writes server-sent events for as long as they come and are read. What its reader does not take
 * holds back all that come after it; a reader that takes nothing for too long is told so, as whoever
 * meets another failure is, by the event `problem`, and cut off. Resolves when nothing more is written;
 * never rejects.
 */
export async function sendEventStream(
  response: ServerResponse,
  frames: AsyncIterable<Uint8Array>,
  { stallMs = STALL_MS, heartbeatMs = HEARTBEAT_MS }: EventStreamOptions = {},
): Promise<void> {
  // Its end is that of the connection.
  response.shouldKeepAlive = false;
  response.writeHead(200, HEADERS);
  response.write(RETRY);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': heartbeat\n\n');
  }, heartbeatMs);
  response.once('close', () => clearInterval(heartbeat));
  try {
    for await (const bytes of frames) {
      if (response.destroyed) break;
      if (!response.write(bytes)) await drained(response, stallMs);
    }
  } catch (error) {
    if (!response.destroyed) {
      response.write(`event: problem\ndata: ${JSON.stringify(problemOf(error).body)}\n\n`);
    }
  } finally {
    clearInterval(heartbeat);
    endOrDestroy(response, stallMs);
  }
}

/** Resolves when its reader has taken what was written, or is gone. Throws ORC_SLOW_READER. */
async function drained(response: ServerResponse, stallMs: number): Promise<void> {
  const signal = AbortSignal.timeout(stallMs);
  const gone = new AbortController();
  try {
    await Promise.race([
      once(response, 'drain', { signal: AbortSignal.any([signal, gone.signal]) }),
      once(response, 'close', { signal: gone.signal }),
    ]);
  } catch (cause) {
    if (response.destroyed) return;
    const what = `Nothing was read for ${stallMs / 1000} s`;
    throw new OrchestratorError('ORC_SLOW_READER', what, { cause });
  } finally {
    gone.abort();
  }
}

/** Whoever reads on gets the rest; whoever does not is not waited for. */
function endOrDestroy(response: ServerResponse, graceMs: number): void {
  if (response.destroyed) return;
  const timer = setTimeout(() => response.destroy(), graceMs);
  response.once('close', () => clearTimeout(timer));
  response.end();
}
