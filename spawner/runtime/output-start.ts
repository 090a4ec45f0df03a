import { Writable } from 'node:stream';

/** Takes a whole output, so that its program never waits for a reader, and keeps the first bytes. */
export class OutputStart extends Writable {
  readonly #chunks: Buffer[] = [];
  #left: number;

  constructor(limit: number) {
    super();
    this.#left = limit;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#left > 0) this.#chunks.push(chunk.subarray(0, this.#left));
    this.#left -= chunk.length;
    done();
  }
}
