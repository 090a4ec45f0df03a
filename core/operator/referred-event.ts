import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { isToken } from '../../schemas/ids.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';
import type { MessageReference } from './message-reference.ts';
import { placeInLog } from './place-in-log.ts';

/**
 * The sequence of an event that a message is found by: the message itself, or what came of it. Throws
 * ORC_EVENT_NOT_FOUND, ORC_BAD_INPUT where messages of several chats are meant, and as reading the log does.
 */
export async function referredEvent(
  log: EventLog,
  reference: MessageReference,
  signal?: AbortSignal,
): Promise<number> {
  switch (reference.kind) {
    case 'number':
      return ofNumber(log, reference.number, signal);
    case 'id':
      return ofId(log, reference.id, signal);
    case 'telegram':
      return ofChat(log, reference, signal);
  }
}

/** Updates of Telegram are counted from a large number; a log of as many events would hide the first. */
async function ofNumber(
  log: EventLog,
  number: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (number <= (await log.lastSequence('EVENTS'))) return begunBy(log, number);
  const filter = 'agents.*.command.send';
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter, signal } as const;
  const id = new RegExp(`^tg-\\d+-${number}$`);
  for await (const message of log.read({ ...range, headersOnly: true })) {
    if (id.test(message.header('ce-id') ?? '')) return message.sequence;
  }
  const what = `No event and no message of an update of Telegram is number ${number}`;
  throw new OrchestratorError('ORC_EVENT_NOT_FOUND', what);
}

async function ofId(log: EventLog, id: string, signal: AbortSignal | undefined): Promise<number> {
  if (id.startsWith('turn-')) {
    const turn = await turnBegan(log, id, signal);
    if (turn !== undefined) return turn;
  }
  if (isToken(id)) {
    const request =
      (await log.first('EVENTS', `jobs.${id}.requested`)) ??
      (await log.first('EVENTS', `deliveries.telegram.${id}.requested`));
    // An answer has the id of its delivery, and comes before it: either leads to the message.
    if (request !== undefined) return request.sequence;
  }
  return begunBy(log, await placeInLog(log, { id }, signal));
}

async function turnBegan(
  log: EventLog,
  turnId: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const filter = 'agents.*.turn.started';
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter, signal } as const;
  for await (const message of log.read(range)) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event' || parsed.event.type !== 'turn.started') continue;
    if (parsed.event.data.turnId === turnId) return message.sequence;
  }
  return undefined;
}

/** Later events of a job or a delivery do not say of which agent it is: its first does. */
async function begunBy(log: EventLog, sequence: number): Promise<number> {
  const stored = await log.at('EVENTS', sequence);
  const address = stored && parseSubject(stored.subject);
  const subject =
    address?.family === 'job'
      ? `jobs.${address.jobId}.requested`
      : address?.family === 'delivery' &&
        `deliveries.${address.channel}.${address.deliveryId}.requested`;
  const first = subject ? await log.first('EVENTS', subject) : undefined;
  return first?.sequence ?? sequence;
}

/** What somebody wrote there, or what was brought there. */
async function ofChat(
  log: EventLog,
  { chat, message }: Extract<MessageReference, { kind: 'telegram' }>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const filter = [
    'agents.*.command.send',
    'deliveries.telegram.*.requested',
    'deliveries.telegram.*.confirmed',
  ];
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter, signal } as const;
  const places = new ChatPlaces(message);
  for await (const stored of log.read(range)) {
    const parsed = parseEvent(stored);
    if (parsed.kind === 'event') places.take(parsed.event);
  }
  const found = [...places.found].filter(([of]) => chat === undefined || of === chat);
  const [one, another] = found;
  if (one !== undefined && another === undefined) return one[1];
  if (one === undefined) {
    const what = `No message ${message}${chat === undefined ? '' : ` of the chat ${chat}`} is in the log`;
    throw new OrchestratorError('ORC_EVENT_NOT_FOUND', what);
  }
  const chats = found.map(([of]) => `telegram/${of}/${message}`).join(', ');
  const what = `Several chats have a message ${message}: name one of ${chats}`;
  throw new OrchestratorError('ORC_BAD_INPUT', what);
}

/** By chat, where the message of a number stands in the log. Pure, but for what it remembers. */
class ChatPlaces {
  readonly found = new Map<string, number>();
  readonly #message: string;
  readonly #requests = new Map<string, { chatId: string; sequence: number }>();

  constructor(message: string) {
    this.#message = message;
  }

  take(event: StoredEvent): void {
    const { sequence, subject } = event;
    const delivery = subject.slice(0, subject.lastIndexOf('.'));
    switch (event.type) {
      case 'command.send': {
        const { from, sources = [] } = event.data;
        if (from?.channel !== 'telegram') return;
        if (sources.some((each) => each.message === this.#message)) {
          this.found.set(from.userId, sequence);
        }
        return;
      }
      case 'delivery.requested':
        if (event.data.agentId !== undefined) {
          this.#requests.set(delivery, { chatId: event.data.chatId, sequence });
        }
        return;
      case 'delivery.confirmed': {
        const request = this.#requests.get(delivery);
        if (event.data.messageId !== this.#message || request === undefined) return;
        this.found.set(request.chatId, request.sequence);
        return;
      }
      default:
        return;
    }
  }
}
