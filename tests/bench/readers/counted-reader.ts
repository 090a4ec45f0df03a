import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Counted {
  /** Events that it has had. */
  count: number;
  /** Events that it had before, or that were not the next: each place is that of an event. */
  repeated: number;
  missed: number;
  last: number;
  /** How often it was cut off and came again. */
  again: number;
}

/** Between two connections, milliseconds: what the API tells its readers, shortened. */
const RETRY_MS = 200;

const END = '\n\n';
const ID = 'id: '.length;
const [LETTER_I, DIGIT_0, LINE_FEED] = [0x69, 0x30, 0x0a];

/** A reader as EventSource is one, which counts, and goes on behind the last for as long as it is to. */
export class CountedReader {
  readonly counted: Counted;
  readonly #urlFile: string;
  readonly #path: string;
  #rest: Buffer = Buffer.alloc(0);
  #response: IncomingMessage | undefined;

  /** @param after the place behind which it begins */
  constructor(urlFile: string, path: string, after: number) {
    this.counted = { count: 0, repeated: 0, missed: 0, last: after, again: 0 };
    this.#urlFile = urlFile;
    this.#path = path;
  }

  async run(): Promise<never> {
    for (; ; await delay(RETRY_MS)) {
      await this.#connection().catch(() => undefined);
    }
  }

  /** Takes nothing from now on. */
  stall(): void {
    this.#response?.pause();
  }

  goOn(): void {
    this.#response?.resume();
  }

  async #connection(): Promise<void> {
    this.#rest = Buffer.alloc(0);
    const url = readFileSync(this.#urlFile, 'utf8').trim();
    const headers = { 'last-event-id': this.counted.last };
    const request = get(`${url}${this.#path}`, { agent: false, headers });
    const [response]: IncomingMessage[] = await once(request, 'response');
    if (response === undefined) return;
    if (this.#response !== undefined) this.counted.again += 1;
    this.#response = response;
    response.on('data', (bytes: Buffer) => this.#take(bytes));
    await once(response, 'close');
  }

  #take(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (let end = all.indexOf(END); end >= 0; end = all.indexOf(END, at)) {
      if (all[at] === LETTER_I) this.#count(numberAt(all, at + ID));
      at = end + END.length;
    }
    this.#rest = Buffer.from(all.subarray(at));
  }

  #count(place: number): void {
    const { counted } = this;
    if (place <= counted.last) counted.repeated += 1;
    else {
      counted.missed += place - counted.last - 1;
      counted.count += 1;
      counted.last = place;
    }
  }
}

function numberAt(bytes: Buffer, begin: number): number {
  let number = 0;
  for (let at = begin; bytes[at] !== LINE_FEED; at += 1) {
    number = number * 10 + (bytes[at] ?? DIGIT_0) - DIGIT_0;
  }
  return number;
}
