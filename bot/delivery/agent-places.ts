import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { CHANNEL } from '../people/channel.ts';
import type { ChatPlace } from './chat-place.ts';

/** What is remembered of a message to an agent. */
interface Asked {
  /** The topic in which it was said. */
  thread: string | undefined;
  /** The messages of the chat that it was made of, by their numbers. */
  messages: readonly string[];
}

/** What is remembered of an agent. */
interface Known {
  /** Undefined where it is nobody's of this channel. */
  chatId: string | undefined;
  /** The last messages, by the command's id. */
  asked: Map<string, Asked>;
  /** Those that the present turn is about. */
  inTurn: Set<string>;
  /** That of the message which the agent took last. */
  thread: string | undefined;
  /** What was written to it since it answered last. */
  unanswered: Set<string>;
  /** How many messages its last answer is the first one to. */
  answered: number;
}

/** So many agents are remembered; another one is looked up again. */
const REMEMBERED = 10_000;
/** So many messages of an agent. */
const ASKED = 500;

/**
 * Where what an agent says belongs: the chat of its owner, who never changes, and there the topic in
 * which was asked. It is shown every event that passes by, in the order of the log from wherever; an
 * agent that it meets later than its creation is looked up in the log once.
 */
export class AgentPlaces {
  readonly #log: EventLog;
  readonly #presentId: (chatId: string) => string;
  readonly #agents = new Map<string, Known>();

  /** @param presentId the id that a chat has now: a group's changes when it becomes a supergroup */
  constructor(log: EventLog, presentId: (chatId: string) => string) {
    this.#log = log;
    this.#presentId = presentId;
  }

  /** An event that passes by. */
  learn(agentId: string, event: StoredEvent): void {
    const known = this.#agents.get(agentId);
    if (known !== undefined) note(known, event);
    else if (event.type === 'command.create') this.#remember(agentId, beginning(event));
  }

  /**
   * Where an event of an agent is to be said; undefined where the agent is nobody's of this channel.
   * Throws as reading the log does.
   */
  async placeOf(agentId: string, event: StoredEvent): Promise<ChatPlace | undefined> {
    const known = this.#agents.get(agentId) ?? (await this.#lookUp(agentId, event.sequence));
    return known && this.#placeIn(known, threadOf(known, event));
  }

  /** Where an agent works as of a place in the log. Throws as reading the log does. */
  async placeNow(agentId: string, sequence: number): Promise<ChatPlace | undefined> {
    const known = this.#agents.get(agentId) ?? (await this.#lookUp(agentId, sequence));
    return known && this.#placeIn(known, known.thread);
  }

  /** How many messages an agent's last answer is the first one to. */
  messagesOfAnswer(agentId: string): number {
    return this.#agents.get(agentId)?.answered ?? 0;
  }

  /** The chat's messages that an event says something about: a message, the end of a turn, or a refusal. */
  messagesOf(agentId: string, event: StoredEvent): readonly string[] {
    const known = this.#agents.get(agentId);
    if (known === undefined) return [];
    return commandsOf(known, event).flatMap((id) => known.asked.get(id)?.messages ?? []);
  }

  /** What is known as of a place in the log. */
  async #lookUp(agentId: string, sequence: number): Promise<Known | undefined> {
    const subject = subjectOf({ family: 'command', agentId, name: 'create' });
    const created = eventOf(await this.#log.first('EVENTS', subject));
    if (created?.type !== 'command.create') return undefined;
    const known = beginning(created);
    if (known.chatId !== undefined) await this.#readTalk(agentId, known, sequence);
    this.#remember(agentId, known);
    return known;
  }

  #placeIn({ chatId }: Known, thread: string | undefined): ChatPlace | undefined {
    if (chatId === undefined) return undefined;
    return { chatId: this.#presentId(chatId), ...(thread !== undefined && { thread }) };
  }

  async #readTalk(agentId: string, known: Known, until: number): Promise<void> {
    const filter = [
      subjectOf({ family: 'command', agentId, name: 'send' }),
      subjectOf({ family: 'turn', agentId, name: 'started' }),
      subjectOf({ family: 'process', agentId, name: 'delivered' }),
      subjectOf({ family: 'response', agentId, name: 'answer' }),
    ];
    const from = { sequence: 1 };
    for await (const message of this.#log.read({ stream: 'EVENTS', from, filter, until })) {
      const event = eventOf(message);
      if (event !== undefined) note(known, event);
    }
  }

  #remember(agentId: string, known: Known): void {
    const [oldest] = this.#agents.keys();
    if (this.#agents.size >= REMEMBERED && oldest !== undefined) this.#agents.delete(oldest);
    this.#agents.set(agentId, known);
  }
}

function beginning(created: StoredEvent & { type: 'command.create' }): Known {
  const { owner } = created.data;
  const chatId = owner?.channel === CHANNEL ? owner.userId : undefined;
  const sets = { asked: new Map(), inTurn: new Set<string>(), unanswered: new Set<string>() };
  return { chatId, thread: undefined, answered: 0, ...sets };
}

function note(known: Known, event: StoredEvent): void {
  const { asked } = known;
  if (event.type === 'command.send') {
    const { thread, sources = [] } = event.data;
    asked.set(event.id, { thread, messages: sources.map(({ message }) => message) });
    const [oldest] = asked.keys();
    if (asked.size > ASKED && oldest !== undefined) asked.delete(oldest);
  } else if (event.type === 'turn.started') {
    known.thread = asked.get(event.data.commandId)?.thread;
    known.unanswered = new Set([event.data.commandId]);
    known.inTurn = new Set([event.data.commandId]);
  } else if (event.type === 'process.delivered') {
    const { commandId, bytes } = event.data;
    known.thread = asked.get(commandId)?.thread;
    known.inTurn.add(commandId);
    // The answer to a waiting question is the asker's: it joins nothing.
    if (bytes > 0) known.unanswered.add(commandId);
  } else if (event.type === 'response.answer' && known.unanswered.size > 0) {
    known.answered = known.unanswered.size;
    known.unanswered = new Set();
  }
}

/** A rejection is for the message that it rejects, and a failed start for those that wait. */
function threadOf({ asked, thread }: Known, event: StoredEvent): string | undefined {
  if (event.type === 'process.rejected' || event.type === 'process.undone')
    return asked.get(event.data.commandId)?.thread;
  const isFailedStart = event.type === 'process.start-failed' || event.type === 'process.stopped';
  return isFailedStart ? ([...asked.values()].at(-1)?.thread ?? thread) : thread;
}

function commandsOf({ inTurn }: Known, event: StoredEvent): readonly string[] {
  if (event.type === 'command.send') return [event.id];
  if (event.type === 'process.rejected') return [event.data.commandId];
  return event.type === 'turn.ended' || event.type === 'turn.failed' ? [...inTurn] : [];
}

function eventOf(message: StoredMessage | undefined): StoredEvent | undefined {
  const parsed = message && parseEvent(message);
  return parsed?.kind === 'event' ? parsed.event : undefined;
}
