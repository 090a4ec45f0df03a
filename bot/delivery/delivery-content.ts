import type { DeliveryRequest } from '../../core/domain/delivery/delivery.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { jobFromLog } from '../../core/projection/job-from-log.ts';
import { readFileOf } from '../../platform/files/read-file.ts';
import { ERRORS, type ErrorCode } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { Directory } from '../people/directory.ts';
import { answerButtons } from '../text/button-data.ts';
import { cureInChat } from '../words/cure-in-chat.ts';
import { type Words, wordsFor } from '../words/words.ts';
import { jobText } from './job-text.ts';
import {
  fileParts,
  type MessagePart,
  messageParts,
  type PartsOptions,
  type Spoken,
} from './message-part.ts';
import type { Content } from './outbox.ts';

/** Reads what a delivery brings. Throws only where the log cannot be read. */
export class DeliveryContent {
  readonly #log: EventLog;
  readonly #directory: Directory;
  readonly #nameOf: (agentId: string) => Promise<string>;

  /** @param nameOf what an agent is called; its id without */
  constructor(
    log: EventLog,
    directory: Directory,
    nameOf: (agentId: string) => Promise<string> = async (agentId) => agentId,
  ) {
    this.#log = log;
    this.#directory = directory;
    this.#nameOf = nameOf;
  }

  /** @param options what was refused before, or that it could not be formatted */
  async of(request: DeliveryRequest, options: PartsOptions = {}): Promise<Content> {
    const { chatId, sequence, text, buttons = [] } = request;
    const member = this.#directory.member(chatId);
    const words = wordsFor(member.language);
    if (text !== undefined) {
      const choices = buttons.map((button) => button.text);
      return { parts: messageParts({ text, buttons, choices }, options) };
    }
    const event = sequence === undefined ? undefined : await this.#event(sequence);
    if (event === undefined) return { parts: messageParts({ text: words.notHandled('?') }) };
    const spoken = (await this.#ofJob(event, words)) ?? spokenOf(event, words);
    const other = otherAgent(request, member.agentId);
    const from = other === undefined ? '' : `${words.otherAgent(await this.#nameOf(other))}\n`;
    const whole = { ...spoken, lead: `${from}${spoken.lead ?? ''}` };
    const parts = await this.#parts(whole, event, request, options, words);
    return { parts, ...(event.type === 'response.question' && { questionId: event.id }) };
  }

  /** Its one message shows a job as it is when it is brought; edits keep it so. */
  async #ofJob({ subject }: StoredEvent, words: Words): Promise<Spoken | undefined> {
    const address = parseSubject(subject);
    const job = address?.family === 'job' && (await jobFromLog(this.#log, address.jobId));
    return job ? jobText(job, words.jobs) : undefined;
  }

  async #parts(
    spoken: Spoken,
    event: StoredEvent,
    { agentId }: DeliveryRequest,
    options: PartsOptions,
    words: Words,
  ): Promise<MessagePart[]> {
    const reference = event.type === 'response.answer' ? event.data.file : undefined;
    if (reference === undefined || agentId === undefined) return messageParts(spoken, options);
    if (options.without?.includes('file')) {
      const text = `${spoken.text}\n\n${words.fileNotSent(reference.name)}`;
      return messageParts({ ...spoken, text }, options);
    }
    const bytes = await readFileOf(this.#log, agentId, reference);
    if (bytes === undefined) {
      const text = `${spoken.text}\n\n${words.fileNotKept(reference.name)}`;
      return messageParts({ ...spoken, text }, options);
    }
    return fileParts(spoken, { name: reference.name, bytes }, options);
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
      const { text, options: choices = [] } = event.data;
      return { lead: '❓ ', text, buttons: answerButtons(event.id, choices), choices };
    }
    case 'turn.failed':
      return { text: failedTurn(event.data, words) };
    case 'process.rejected':
      return { text: rejected(event.data, words) };
    case 'process.undone':
      return { text: words.undone(event.data.files) };
    case 'process.resumed':
      return { text: words.digestOnly };
    case 'process.home-due':
      return { text: words.homeDue(event.data.removeAt.slice(0, 10)) };
    case 'process.start-failed':
      return { text: notStarted(words, `: ${sentence(event.data.reason)}`) };
    case 'process.stopped':
      return { text: notStarted(words, '') };
    default:
      return { text: words.notHandled(event.type) };
  }
}

/** What was asked of the agent's work is no message. */
const OF_ITS_WORK: ReadonlySet<string> = new Set<ErrorCode>([
  'ORC_AGENT_BUSY',
  'ORC_NO_CHANGES',
  'ORC_UNKNOWN_CHANGES',
  'ORC_GIT',
]);

function rejected(rejection: DataOf<'process.rejected'>, words: Words): string {
  const { code, reason } = rejection;
  const say = OF_ITS_WORK.has(code) ? words.failed : words.notTaken;
  return say(sentence(reason), cureOf(rejection, words));
}

function failedTurn(failure: DataOf<'turn.failed'>, words: Words): string {
  const { reason, lastWords } = failure;
  const failed = words.failed(sentence(reason), cureOf(failure, words));
  return lastWords === undefined ? failed : `${failed}\n\n${words.lastWords}\n\n${lastWords}`;
}

function notStarted(words: Words, why: string): string {
  const code = 'ORC_START_FAILED';
  const { meaning, cure } = ERRORS[code];
  return words.failed(`${meaning}${why}`, cureInChat(code, cure, words));
}

const cureOf = ({ code, cure }: { code: string; cure: string }, words: Words): string =>
  cureInChat(code, cure, words);

const sentence = (reason: string): string => reason.replace(/\.$/, '');
