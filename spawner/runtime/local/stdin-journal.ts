import { appendFile, open, readFile } from 'node:fs/promises';

interface Entry {
  id: string;
  offset: number;
  length: number;
}

/**
 * What was written to an agent's stdin: an append-only file that a pump copies to the agent, and an
 * index of message ids beside it. The index comes first, the bytes after it, so that a write that a
 * crash tore is known and completed, and none is done twice (docs/decisions/0003-stdin-journal.md).
 */
export class StdinJournal {
  readonly #bytesFile: string;
  readonly #indexFile: string;
  readonly #entries = new Map<string, Entry>();
  #end = 0;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(bytesFile: string, indexFile: string) {
    this.#bytesFile = bytesFile;
    this.#indexFile = indexFile;
  }

  /** Opens the journal of a run, new or left behind by another holder. */
  static async open(bytesFile: string, indexFile: string): Promise<StdinJournal> {
    const journal = new StdinJournal(bytesFile, indexFile);
    await journal.#load();
    return journal;
  }

  /** Appends a message once; calls are carried out one after the other. */
  write(id: string, bytes: Uint8Array): Promise<'written' | 'already-written'> {
    const written = this.#turn.then(() => this.#write(id, bytes));
    this.#turn = written.catch(() => undefined);
    return written;
  }

  async #load(): Promise<void> {
    const index = await readFile(this.#indexFile, 'utf8');
    // A last line without an end was torn: its bytes were never begun.
    const whole = index.slice(0, index.lastIndexOf('\n') + 1);
    if (whole.length < index.length) await truncate(this.#indexFile, Buffer.byteLength(whole));
    for (const line of whole.split('\n').filter((text) => text !== '')) {
      // Written by #write below and by nothing else.
      const entry = JSON.parse(line) as Entry;
      this.#entries.set(entry.id, entry);
      this.#end = entry.offset + entry.length;
    }
  }

  async #write(id: string, bytes: Uint8Array): Promise<'written' | 'already-written'> {
    const known = this.#entries.get(id);
    if (known) {
      await this.#complete(known, bytes);
      return 'already-written';
    }
    const entry = { id, offset: this.#end, length: bytes.byteLength };
    await appendFile(this.#indexFile, `${JSON.stringify(entry)}\n`);
    this.#entries.set(id, entry);
    this.#end += entry.length;
    await this.#complete(entry, bytes);
    return 'written';
  }

  /** Writes what the journal lacks of a message, all of it or the rest behind a torn write. */
  async #complete(entry: Entry, bytes: Uint8Array): Promise<void> {
    const file = await open(this.#bytesFile, 'r+');
    try {
      const { size } = await file.stat();
      const present = Math.max(0, Math.min(size - entry.offset, entry.length));
      if (present < entry.length) {
        const rest = bytes.subarray(present);
        await file.write(rest, 0, rest.byteLength, entry.offset + present);
      }
    } finally {
      await file.close();
    }
  }
}

async function truncate(file: string, length: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(length);
  } finally {
    await handle.close();
  }
}
