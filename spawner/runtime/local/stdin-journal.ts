import { type FileHandle, open, readFile, stat, writeFile } from 'node:fs/promises';

interface Entry {
  id: string;
  offset: number;
  length: number;
}

/**
 * What was written to an agent's stdin: an append-only file that a pump copies to the agent, and an
 * index of message ids beside it (docs/decisions/0003-stdin-journal.md). A write is three steps, so
 * that a crash between or within any two leaves nothing that cannot be completed:
 *
 * 1. the message to `stdin.writing`, which counts for nothing yet;
 * 2. its line to `stdin.index`: from here on it is written, whatever dies;
 * 3. its bytes to the journal; what is missing there is taken from `stdin.writing`.
 *
 * One holder at a time, and one call at a time.
 */
export class StdinJournal {
  readonly #bytesFile: string;
  readonly #indexFile: string;
  readonly #writingFile: string;
  #entries = new Map<string, Entry>();
  #last: Entry | undefined;
  /** Bytes of whole lines; what is behind them in the file was torn by a crash and is written over. */
  #indexEnd = 0;

  private constructor(bytesFile: string) {
    this.#bytesFile = bytesFile;
    this.#indexFile = `${bytesFile}.index`;
    this.#writingFile = `${bytesFile}.writing`;
  }

  /** Opens the journal of a run, new or left behind by another holder, and completes it. */
  static async open(bytesFile: string): Promise<StdinJournal> {
    const journal = new StdinJournal(bytesFile);
    await journal.#load();
    // What is not kept here, its sender can still complete; until then nothing may follow it.
    await journal.#mend().catch(() => undefined);
    return journal;
  }

  /** Is all of this message in the journal? */
  async has(id: string): Promise<boolean> {
    const entry = this.#entries.get(id);
    return entry !== undefined && (await sizeOf(this.#bytesFile)) >= endOf(entry);
  }

  /**
   * Appends a message, once for an id.
   * @throws where the disk is full, say; the same id may then be written again
   */
  async write(id: string, bytes: Uint8Array): Promise<'written' | 'already-written'> {
    if ((await sizeOf(this.#indexFile)) !== this.#indexEnd) await this.#load();
    const known = this.#entries.get(id);
    await this.#mend(known && known === this.#last ? bytes : undefined);
    if (known) return 'already-written';
    const entry = { id, offset: this.#last ? endOf(this.#last) : 0, length: bytes.byteLength };
    await writeFile(this.#writingFile, bytes, { mode: 0o600 });
    await this.#appendToIndex(entry);
    await writeAt(this.#bytesFile, bytes, entry.offset);
    return 'written';
  }

  async #load(): Promise<void> {
    const index = await readFile(this.#indexFile, 'utf8');
    // A last line without an end was torn: its bytes were never begun.
    const whole = index.slice(0, index.lastIndexOf('\n') + 1);
    const lines = whole.split('\n').filter((line) => line !== '');
    // Written by #appendToIndex and by nothing else.
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]));
    this.#last = entries.at(-1);
    this.#indexEnd = Buffer.byteLength(whole);
  }

  async #appendToIndex(entry: Entry): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    await writeAt(this.#indexFile, line, this.#indexEnd);
    this.#indexEnd += line.byteLength;
    this.#entries.set(entry.id, entry);
    this.#last = entry;
  }

  /** Completes the last message, the only one that can be torn. */
  async #mend(bytes?: Uint8Array): Promise<void> {
    const torn = this.#last;
    if (torn === undefined) return;
    const present = (await sizeOf(this.#bytesFile)) - torn.offset;
    if (present >= torn.length) return;
    const whole = bytes ?? (await readFile(this.#writingFile).catch(() => new Uint8Array()));
    if (present < 0 || whole.byteLength !== torn.length) {
      throw new Error(`${this.#bytesFile} lacks bytes of message ${torn.id}, which are not kept`);
    }
    await writeAt(this.#bytesFile, whole.subarray(present), torn.offset + present);
  }
}

const endOf = ({ offset, length }: Entry): number => offset + length;

const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;

/** Writes all of it, or throws. */
async function writeAt(file: string, bytes: Uint8Array, offset: number): Promise<void> {
  const handle: FileHandle = await open(file, 'r+');
  try {
    for (let done = 0; done < bytes.byteLength; ) {
      const { bytesWritten } = await handle.write(bytes, done, undefined, offset + done);
      done += bytesWritten;
    }
  } finally {
    await handle.close();
  }
}
