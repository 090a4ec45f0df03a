import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AgentSummary } from '../../schemas/views.ts';

/** One line of the file: an agent that was archived, or that one was deleted or went on since. */
export type ArchivedRecord =
  | { sequence: number; agent: AgentSummary }
  | { sequence: number; gone: string };

type ArchivedLine = Extract<ArchivedRecord, { agent: AgentSummary }>;

interface Place {
  sequence: number;
  /** Where its line ends, in bytes. */
  end: number;
}

/** One place of so many is kept in mind. */
const PLACE_EACH = 256;

/** So many that were deleted are kept in mind before their lines leave the file. */
const MOST_GONE = 10_000;

/** Raised where a line gets another shape: what was written before is made anew. */
const VERSION = 1;

/**
 * Archived agents on disk, a line each, in the order of the log. The last whole line tells how far it
 * has come: what a kill left behind it is cut off. Lines of agents that were deleted leave it when it
 * is opened.
 */
export class ArchivedFile {
  readonly #path: string;
  #handle: FileHandle | undefined;
  #stream = '';
  #size = 0;
  #lines = 0;
  #places: Place[] = [];
  /** Lines of these up to that place do not count. */
  #gone = new Map<string, number>();

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Opens what there is of this stream, or begins anew.
   *
   * @param stream when it was created
   * @param lastSequence of the stream: a file that is further is of another past
   */
  async open(stream: string, lastSequence: number): Promise<{ sequence: number; anew: boolean }> {
    this.#stream = stream;
    this.#forget();
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const found = await this.#recover(stream, lastSequence).catch(() => undefined);
    if (found !== undefined) return { sequence: found, anew: false };
    this.#forget();
    await this.#replace(async () => undefined);
    return { sequence: 0, anew: true };
  }

  #forget(): void {
    this.#size = 0;
    this.#lines = 0;
    this.#places = [];
    this.#gone = new Map();
  }

  async append(records: readonly ArchivedRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#handle?.appendFile(records.map(line).join(''));
    for (const record of records) this.#note(record, Buffer.byteLength(line(record)));
    const last = records.at(-1);
    if (this.#gone.size > MOST_GONE && last) await this.#withoutGone(last.sequence);
  }

  /** The agents behind a place of the log that were not deleted since. */
  async *read(after: number): AsyncGenerator<ArchivedLine> {
    const gone = this.#gone;
    const place = this.#places.findLast(({ sequence }) => sequence <= after);
    const options = { encoding: 'utf8', start: place?.end ?? 0, end: this.#size - 1 } as const;
    if (options.start > options.end) return;
    const file = await open(this.#path);
    try {
      for await (const text of file.readLines({ ...options, autoClose: false })) {
        // What was written here; the first line has neither.
        const record = JSON.parse(text) as Partial<ArchivedLine>;
        const { sequence, agent } = record;
        if (sequence === undefined || agent === undefined || sequence <= after) continue;
        if (sequence > (gone.get(agent.agentId) ?? 0)) yield { sequence, agent };
      }
    } finally {
      await file.close();
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  /** How far it has come; undefined where it is of another version or another log. */
  async #recover(stream: string, lastSequence: number): Promise<number | undefined> {
    const file = await open(this.#path, 'r+');
    let isWhole = true;
    let sequence = 0;
    let first = true;
    try {
      const end = await lastNewline(file);
      await file.truncate(end);
      if (end === 0) return undefined;
      for await (const text of file.readLines({ encoding: 'utf8', start: 0, autoClose: false })) {
        const size = Buffer.byteLength(text) + 1;
        if (first) {
          first = false;
          isWhole = text === JSON.stringify({ version: VERSION, stream });
          this.#size = size;
        } else {
          const record = JSON.parse(text) as ArchivedRecord;
          sequence = record.sequence;
          this.#note(record, size);
        }
        if (!isWhole) return undefined;
      }
    } finally {
      await file.close();
    }
    if (sequence > lastSequence) return undefined;
    if (this.#gone.size > 0) await this.#withoutGone(sequence);
    this.#handle ??= await open(this.#path, 'a', 0o600);
    return sequence;
  }

  #note(record: ArchivedRecord, size: number): void {
    if ('gone' in record && record.gone !== '') this.#gone.set(record.gone, record.sequence);
    this.#noteLine(record.sequence, size);
  }

  #noteLine(sequence: number, size: number): void {
    this.#size += size;
    this.#lines += 1;
    if (this.#lines % PLACE_EACH === 0) this.#places.push({ sequence, end: this.#size });
  }

  /** Written anew beside it, and put in its place. */
  async #withoutGone(sequence: number): Promise<void> {
    const kept = this.read(0);
    await this.#replace(async (write) => {
      for await (const record of kept) await write(record);
      // How far it has come, where the last line was of one that is gone.
      await write({ sequence, gone: '' });
    });
  }

  async #replace(
    fill: (write: (record: ArchivedRecord) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const unfinished = `${this.#path}.new`;
    const file = await open(unfinished, 'w', 0o600);
    const head = line({ version: VERSION, stream: this.#stream });
    const written: [sequence: number, size: number][] = [];
    try {
      await file.appendFile(head);
      await fill(async (record) => {
        const text = line(record);
        await file.appendFile(text);
        written.push([record.sequence, Buffer.byteLength(text)]);
      });
    } finally {
      await file.close();
    }
    await rename(unfinished, this.#path);
    this.#forget();
    this.#size = Buffer.byteLength(head);
    for (const [sequence, bytes] of written) this.#noteLine(sequence, bytes);
    await this.#handle?.close();
    this.#handle = await open(this.#path, 'a', 0o600);
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** Where the last whole line ends. */
async function lastNewline(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    const { bytesRead } = await file.read(chunk, 0, end - start, start);
    const at = chunk.subarray(0, bytesRead).lastIndexOf(10);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
