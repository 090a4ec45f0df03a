import type { DeliveryRequest } from '../../core/domain/delivery/delivery.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { readFileOf } from '../../platform/files/read-file.ts';
import { ERRORS } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import type { Directory } from '../people/directory.ts';
import { answerButtons } from '../text/button-data.ts';
import { type Words, wordsFor } from '../words/words.ts';
import { fileParts, messageParts, type Spoken, type SpokenFile } from './message-part.ts';
import type { Content } from './outbox.ts';

/** Reads what a delivery brings. Throws only where the log cannot be read. */
export class DeliveryContent {
  readonly #log: EventLog;
  readonly #directory: Directory;

  constructor(log: EventLog, directory: Directory) {
    this.#log = log;
    this.#directory = directory;
  }

  async of(request: DeliveryRequest): Promise<Content> {
    const { chatId, sequence, text, buttons } = request;
    const member = this.#directory.member(chatId);
    const words = wordsFor(member.language);
    if (text !== undefined) return { parts: messageParts({ text, buttons }) };
    const event = sequence === undefined ? undefined : await this.#event(sequence);
    if (event === undefined) return { parts: messageParts({ text: words.notHandled('?') }) };
    const spoken = spokenOf(event, words);
    const other = otherAgent(request, member.agentId);
    const from = other === undefined ? '' : `${words.otherAgent(other)}\n`;
    const whole = { ...spoken, lead: `${from}${spoken.lead ?? ''}` };
    const file = await this.#fileOf(event, request.agentId);
    const parts = file === undefined ? messageParts(whole) : fileParts(whole, file);
    return { parts, ...(event.type === 'response.question' && { questionId: event.id }) };
  }

  /** A file that is not kept any more is left out: its text names it. */
  async #fileOf(event: StoredEvent, agentId: string | undefined): Promise<SpokenFile | undefined> {
    if (event.type !== 'response.answer' || agentId === undefined) return undefined;
    const { file } = event.data;
    const bytes = file && (await readFileOf(this.#log, agentId, file));
    return file && bytes && { name: file.name, bytes };
  }

  async #event(sequence: number): Promise<StoredEvent | undefined> {
    const message = await this.#log.at('EVENTS', sequence);
    const parsed = message && parseEvent(message);
    return parsed?.kind === 'event' ? parsed.event : undefined;
  }
}

/** Who says it, where one talks to another agent meanwhile. */
const otherAgent = ({ agentId }: DeliveryRequest, current: string | null): string | undefined =>
  current === null || current === agentId ? undefined : agentId;

/** What an event says to its chat. Pure. */
export function spokenOf(event: StoredEvent, words: Words): Spoken {
  switch (event.type) {
    case 'response.answer':
      return { text: event.data.text };
    case 'response.question': {
      const { text, options = [] } = event.data;
      const buttons = answerButtons(event.id, options);
      const choices = buttons.length > 0 ? [] : options.map((option) => `\n- ${option}`);
      return { lead: '❓ ', text: `${text}${choices.join('')}`, buttons };
    }
    case 'turn.failed':
      return { text: words.failed(sentence(event.data.reason), event.data.cure) };
    case 'process.rejected':
      return { text: words.notTaken(sentence(event.data.reason), event.data.cure) };
    case 'process.start-failed':
      return { text: notStarted(words, `: ${sentence(event.data.reason)}`) };
    case 'process.stopped':
      return { text: notStarted(words, '') };
    default:
      return { text: words.notHandled(event.type) };
  }
}

function notStarted(words: Words, why: string): string {
  const { meaning, cure } = ERRORS.ORC_START_FAILED;
  return words.failed(`${meaning}${why}`, cure);
}

const sentence = (reason: string): string => reason.replace(/\.$/, '');
