import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from 'grammy';
import type { Message } from 'grammy/types';
import { appendError } from '../../core/log/append-result.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { plainFileName, storeFile } from '../../platform/files/file-store.ts';
import { inboxPath } from '../../platform/files/read-file.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import type { BotContext } from '../incoming/bot-context.ts';

export interface ReceivedFile {
  reference: FileReference;
  /** Where the agent finds it, from its workspace. */
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

interface Attachment {
  file_id: string;
  file_size?: number;
  name: string;
}

/** Files that people send: fetched from Telegram, kept where the agent's node can have them. */
export class IncomingFiles {
  readonly #options: IncomingFilesOptions;

  constructor(options: IncomingFilesOptions) {
    this.#options = options;
  }

  /** The file of a message, if it has one; `refused` where it cannot be had, which is said. */
  async receive(
    { msg, incoming }: BotContext,
    agentId: string,
  ): Promise<ReceivedFile | 'refused' | undefined> {
    const attachment = msg && attachmentOf(msg);
    if (attachment === undefined) return undefined;
    const name = plainFileName(attachment.name);
    const bytes =
      (attachment.file_size ?? 0) > MAX_BYTES ? undefined : await this.#fetch(attachment.file_id);
    if (bytes === undefined) {
      await incoming.reply('not-fetched', incoming.words.fileNotFetched(name));
      return 'refused';
    }
    const fileId = incoming.id;
    const stored = await storeFile(this.#options.connection.nc, agentId, { fileId, name, bytes });
    if (!stored.ok) throw appendError(stored);
    return { reference: stored.reference, path: inboxPath(stored.reference) };
  }

  /** Some tries, for other updates wait meanwhile. Never shows an error, whose text has the token. */
  async #fetch(fileId: string): Promise<Uint8Array | undefined> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const bytes = await this.#fetchOnce(fileId).catch(() => undefined);
      if (bytes !== undefined) return bytes.length > MAX_BYTES ? undefined : bytes;
      await delay(tries * RETRY_MS);
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

/** The one file of a message: of a photo the largest size. */
function attachmentOf(message: Message): Attachment | undefined {
  const { document, photo, audio, video, voice, animation, video_note: note } = message;
  const largest = photo?.at(-1);
  if (largest !== undefined) return { ...largest, name: 'photo.jpg' };
  if (document !== undefined) return { ...document, name: document.file_name ?? 'document' };
  if (video !== undefined) return { ...video, name: video.file_name ?? 'video.mp4' };
  if (audio !== undefined) return { ...audio, name: audio.file_name ?? 'audio.mp3' };
  if (animation !== undefined)
    return { ...animation, name: animation.file_name ?? 'animation.mp4' };
  if (voice !== undefined) return { ...voice, name: 'voice.ogg' };
  return note && { ...note, name: 'video.mp4' };
}
