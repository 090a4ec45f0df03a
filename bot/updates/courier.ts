import type { NewEvent } from '../../schemas/event.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import type { MessageSource } from '../../schemas/events/message-source.ts';
import type { Attachment } from '../incoming/attachment.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';
import { agentFor } from './agent-for.ts';
import type { IncomingFiles } from './incoming-files.ts';

/** A file of a message, and under which id it is kept. */
export type FileToBring = Pick<Attachment, 'fileId' | 'name' | 'size'> & { id: string };

/** What a person has said, ready to be an agent's message. */
export interface Parcel {
  text: string;
  files: readonly FileToBring[];
  sources: readonly MessageSource[];
  /** The question that it answers, and the agent that asked it. */
  answers?: { questionId: string; agentId: string } | undefined;
  /** See `SendOptions`. */
  alongside?: { event: NewEvent; after: number } | undefined;
}

/**
 * Brings what people say to the chat's agent, which is found or made. Resolves when it is stored,
 * under the recipient's id: the answer comes by the listener. A file that cannot be had keeps nothing
 * else back: its sender is told, and so is the agent. False where nothing was left to be brought.
 */
export class Courier {
  readonly #parts: BotParts;
  readonly #files: IncomingFiles;

  constructor(parts: BotParts, files: IncomingFiles) {
    this.#parts = parts;
    this.#files = files;
  }

  async bring(recipient: Recipient, parcel: Parcel): Promise<boolean> {
    const { words, person, thread, id, member } = recipient;
    const { answers, sources, alongside } = parcel;
    const agentId = answers?.agentId ?? (await agentFor(recipient, this.#parts)).agentId;
    const { received, missing } = await this.#receive(agentId, parcel.files);
    if (missing.length > 0) {
      await recipient.reply('not-fetched', words.fileNotFetched(missing.join(', ')));
    }
    if (parcel.text === '' && received.length === 0) return false;
    const notes = [
      ...(received.length > 0 ? [words.filesArrived(received.map(({ path }) => path))] : []),
      ...(missing.length > 0 ? [words.filesMissing(missing)] : []),
    ];
    const text = [parcel.text, ...notes].filter((each) => each !== '').join('\n\n');
    await this.#parts.agentClient.send(agentId, text, {
      from: person,
      thread,
      id,
      once: true,
      mode: member.mode,
      sources,
      ...(answers && { answers: answers.questionId }),
      ...(received.length > 0 && { files: received.map(({ reference }) => reference) }),
      ...(alongside && { alongside }),
    });
    return true;
  }

  /** Which of them could be had, and the names of those that could not. */
  async #receive(agentId: string, files: readonly FileToBring[]) {
    const received: { reference: FileReference; path: string }[] = [];
    const missing: string[] = [];
    for (const file of files) {
      const one = await this.#files.receive(file, agentId);
      if ('missing' in one) missing.push(one.missing);
      else received.push(one);
    }
    return { received, missing };
  }
}
