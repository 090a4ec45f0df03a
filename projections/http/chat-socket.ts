import type { WebSocket } from 'ws';
import { startTimer } from '../../platform/async/timer.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ChatFrame } from '../../schemas/http/chat-frames.ts';

export interface ChatSocketOptions {
  /** How long its reader may take nothing, milliseconds. */
  stallMs?: number;
  /** Between the pings that it has to answer, milliseconds. */
  heartbeatMs?: number;
}

const STALL_MS = 30_000;
const HEARTBEAT_MS = 10_000;

/** How long a client may take to say that it has closed, too. */
const CLOSE_MS = 1_000;

/** Sends frames one at a time, each when the one before has left, and sees that the other end lives. */
export class ChatSocket {
  /** Aborted when the connection is over. */
  readonly gone: AbortSignal;
  readonly #socket: WebSocket;
  readonly #stallMs: number;

  constructor(
    socket: WebSocket,
    { stallMs = STALL_MS, heartbeatMs = HEARTBEAT_MS }: ChatSocketOptions = {},
  ) {
    this.#socket = socket;
    this.#stallMs = stallMs;
    const gone = new AbortController();
    this.gone = gone.signal;
    let lives = true;
    socket.on('pong', () => {
      lives = true;
    });
    const heartbeat = setInterval(() => {
      if (!lives) return socket.terminate();
      lives = false;
      socket.ping();
    }, heartbeatMs);
    socket.once('close', () => {
      clearInterval(heartbeat);
      gone.abort();
    });
  }

  /** Resolves when it has left this process. Throws ORC_SLOW_READER where nothing is taken for too long. */
  async send(frame: ChatFrame): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = startTimer(this.#stallMs, () => {
      const what = `Nothing was read for ${this.#stallMs / 1000} s`;
      reject(new OrchestratorError('ORC_SLOW_READER', what));
    });
    // Its failure is that of the connection, of which `gone` tells.
    this.#socket.send(JSON.stringify(frame), () => resolve());
    try {
      await promise;
    } finally {
      cancel();
    }
  }

  /** @param code RFC 6455, 7.4.1; `reason`: at most 123 bytes */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
    const cancel = startTimer(CLOSE_MS, () => this.#socket.terminate(), { ref: false });
    this.#socket.once('close', cancel);
  }
}
