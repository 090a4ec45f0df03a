import type { Readable } from 'node:stream';

/** What was asked for and is not done yet: 202. */
export class Accepted<T> {
  readonly body: T;

  constructor(body: T) {
    this.body = body;
  }
}

/** An answer that is no JSON, or JSON that is text already. */
export class Written {
  readonly type: string;
  readonly content: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: string, content: string | Buffer, headers: Record<string, string> = {}) {
    this.type = type;
    this.content = content;
    this.headers = headers;
  }
}

/** Bytes that come as fast as their reader takes them, under a name that a file of them may have. */
export class Download {
  readonly type: string;
  readonly name: string;
  readonly content: Readable;

  constructor(type: string, name: string, content: Readable) {
    this.type = type;
    this.name = name;
    this.content = content;
  }
}

/** An answer that goes on for as long as its reader reads. */
export class EventStream {
  /** Whole server-sent events, encoded; each piece has one or more. */
  readonly frames: AsyncIterable<Uint8Array>;

  constructor(frames: AsyncIterable<Uint8Array>) {
    this.frames = frames;
  }
}

/** An answer that another protocol has made. */
export class Relayed {
  readonly response: Response;

  constructor(response: Response) {
    this.response = response;
  }
}
