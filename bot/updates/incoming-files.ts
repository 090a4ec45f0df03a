import type { Api } from 'grammy';
import { appendError } from '../../core/log/append-result.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { pause } from '../../platform/async/delay.ts';
import { plainFileName, storeFile } from '../../platform/files/file-store.ts';
import { inboxPath } from '../../platform/files/read-file.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import type { FileToBring } from './courier.ts';

/** A file as the agent is to have it: `path` is from its workspace. */
export interface ReceivedFile {
  reference: FileReference;
  path: string;
}

export interface IncomingFilesOptions {
  api: Api;
  connection: LogConnection;
  /** `<api root>/file/bot<token>`: it holds the token, and is never shown. */
  fileRoot: string;
}

/** What a bot may fetch (Bot API, getFile). */
const MAX_BYTES = 20 * 1024 * 1024;
const FETCH_TIMEOUT_MS = 30_000;
const TRIES = 3;
const RETRY_MS = 500;

/** Files that people send: fetched from Telegram, kept where the agent's node can have them. */
export class IncomingFiles {
  readonly #options: IncomingFilesOptions;

  constructor(options: IncomingFilesOptions) {
    this.#options = options;
  }

  /** A file, or the name of one that cannot be had. Throws where it cannot be stored. */
  async receive(
    { id: fileId, fileId: telegramId, name: given, size = 0 }: FileToBring,
    agentId: string,
  ): Promise<ReceivedFile | { missing: string }> {
    const name = plainFileName(given);
    const bytes = size > MAX_BYTES ? undefined : await this.#fetch(telegramId);
    if (bytes === undefined) return { missing: name };
    const stored = await storeFile(this.#options.connection.nc, agentId, { fileId, name, bytes });
    if (!stored.ok) throw appendError(stored);
    return { reference: stored.reference, path: inboxPath(stored.reference) };
  }

  /** Some tries, for other updates wait meanwhile. Never shows an error, whose text has the token. */
  async #fetch(fileId: string): Promise<Uint8Array | undefined> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const bytes = await this.#fetchOnce(fileId).catch(() => undefined);
      if (bytes !== undefined) return bytes.length > MAX_BYTES ? undefined : bytes;
      await pause(tries * RETRY_MS);
    }
    return undefined;
  }

  async #fetchOnce(fileId: string): Promise<Uint8Array | undefined> {
    const { file_path: path } = await this.#options.api.getFile(fileId);
    if (path === undefined) return undefined;
    const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
    const response = await fetch(`${this.#options.fileRoot}/${path}`, { signal });
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  }
}
