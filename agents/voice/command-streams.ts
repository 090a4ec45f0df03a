import type { Readable, Writable } from 'node:stream';

/** A call that the quick way has begun and told on stderr. Nobody knows yet whether it was stored. */
export interface BegunCall {
  /** The id of its event. */
  id: string;
  at: Date;
  /** Of a message to an agent that is stored, what its sender has seen of it. */
  sent?: SentMessage;
}

export interface SentMessage {
  /** Its place in the log. */
  sequence: number;
  /** The first place that its sender has not looked at. */
  next: number;
  /** The turn that it belongs to, where that has begun. */
  turnId?: string | undefined;
}

/** What a command gets from its caller. */
export interface CommandStreams {
  env: Record<string, string | undefined>;
  stdin: Readable & { isTTY?: boolean };
  stdout: Writable;
  stderr: Writable;
  /** The call that this command goes on with, under the same id. */
  begun?: BegunCall | undefined;
}
