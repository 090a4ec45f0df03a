import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { agentFilter, parseSubject, subjectOf } from '../../schemas/subjects.ts';
import type { Because } from '../conversation/turn-causes.ts';
import type { EventLog } from '../log/event-log.ts';
import { ShownEvents } from './shown-events.ts';
import { TurnOfMessage } from './turn-of-message.ts';

/** A message, and what came of it. */
export interface MessageEvents {
  agentId: string;
  message: StoredEventOf<'command.send'>;
  /** In the order of the log. */
  events: StoredEvent[];
}

/** How long after the end of its turn what comes of a message is still looked for, milliseconds. */
const AFTERWARDS_MS = 10 * 60_000;

/** Messages of the log that are read at most. */
const MOST_READ = 200_000;

/**
 * The message that an event began with, and everything that came of it: its turn, what was said in that, calls,
 * jobs and deliveries. Throws ORC_EVENT_NOT_FOUND where no event stands at this place, or none that began
 * with a message; and as reading the log does.
 *
 * @param sequence of the message, or of any event that came of it
 */
export async function eventsOfMessage(
  log: EventLog,
  sequence: number,
  signal?: AbortSignal,
): Promise<MessageEvents> {
  const { agentId, message } = await messageOf(log, sequence, signal);
  const related = new Related(message);
  const events: StoredEvent[] = [];
  const shown = new ShownEvents(log, {}, signal);
  const filter = [agentFilter(agentId), 'deliveries.>', 'jobs.*.*'];
  const range = { stream: 'EVENTS', from: { sequence: message.sequence }, filter, signal } as const;
  let read = 0;
  for await (const stored of log.read(range)) {
    read += 1;
    if (read > MOST_READ || related.isOver(stored.time)) break;
    const parsed = parseEvent(stored);
    if (parsed.kind !== 'event') continue;
    const about = await shown.of(stored);
    if (about?.refused !== undefined) continue;
    if (related.take(parsed.event, about?.because)) events.push(parsed.event);
  }
  const began = await turnBegan(log, { agentId, message, turnId: related.turnId, events });
  return { agentId, message, events: began === undefined ? events : [began, ...events] };
}

async function messageOf(
  log: EventLog,
  sequence: number,
  signal: AbortSignal | undefined,
): Promise<Omit<MessageEvents, 'events'>> {
  const range = { stream: 'EVENTS', from: { sequence }, until: sequence, signal } as const;
  for await (const stored of log.read(range)) {
    const parsed = parseEvent(stored);
    if (parsed.kind !== 'event') break;
    const { event } = parsed;
    const agentId = agentOf(event);
    if (agentId === undefined) break;
    if (event.type === 'command.send') return { agentId, message: event };
    const because = (await new ShownEvents(log, {}, signal).of(stored))?.because;
    const message = await sentAs(log, agentId, because?.correlationId, sequence);
    if (message !== undefined) return { agentId, message };
  }
  const what = `Event ${sequence} is no message, and came of none`;
  throw new OrchestratorError('ORC_EVENT_NOT_FOUND', what);
}

function agentOf(event: StoredEvent): string | undefined {
  const address = parseSubject(event.subject);
  if (address !== undefined && 'agentId' in address) return address.agentId;
  if (event.type === 'delivery.requested') return event.data.agentId;
  return event.type === 'job.requested' ? event.data.by?.agentId : undefined;
}

async function sentAs(
  log: EventLog,
  agentId: string,
  id: string | undefined,
  until: number,
): Promise<StoredEventOf<'command.send'> | undefined> {
  if (id === undefined) return undefined;
  const filter = subjectOf({ family: 'command', agentId, name: 'send' });
  const range = { stream: 'EVENTS', from: { sequence: 1 }, until, filter } as const;
  for await (const stored of log.read(range)) {
    const parsed = parseEvent(stored);
    if (parsed.kind !== 'event' || parsed.event.type !== 'command.send') continue;
    if (parsed.event.id === id) return parsed.event;
  }
  return undefined;
}

/** The beginning of a turn that the message has joined: it is older. */
async function turnBegan(
  log: EventLog,
  { agentId, message, turnId, events }: MessageEvents & { turnId: string | undefined },
): Promise<StoredEvent | undefined> {
  if (turnId === undefined) return undefined;
  if (events.some(({ type }) => type === 'turn.started')) return undefined;
  const filter = subjectOf({ family: 'turn', agentId, name: 'started' });
  const until = message.sequence;
  const range = { stream: 'EVENTS', from: { sequence: 1 }, until, filter } as const;
  for await (const stored of log.read(range)) {
    const parsed = parseEvent(stored);
    if (parsed.kind !== 'event' || parsed.event.type !== 'turn.started') continue;
    if (parsed.event.data.turnId === turnId) return parsed.event;
  }
  return undefined;
}

/** What ends the wait of a message that has no turn. */
const WAITED_FOR: ReadonlySet<string> = new Set(['process.ready', 'turn.ended', 'turn.failed']);

/** Tells which events came of a message. It is shown each, in order, from the message on. */
class Related {
  readonly #message: StoredEventOf<'command.send'>;
  readonly #turn: TurnOfMessage;
  readonly #ids = new Set<string>();
  /** Jobs and deliveries, by the beginning of their subjects; true while they are open. */
  readonly #begun = new Map<string, boolean>();
  #overAt: number | undefined;

  constructor(message: StoredEventOf<'command.send'>) {
    this.#message = message;
    this.#turn = new TurnOfMessage(message.id);
    this.#ids.add(message.id);
  }

  get turnId(): string | undefined {
    return this.#turn.turnId;
  }

  /** Nothing more comes of it, as far as one can know at this time of the log. */
  isOver(time: Date): boolean {
    if (this.#overAt === undefined || [...this.#begun.values()].some(Boolean)) return false;
    return time.getTime() > this.#overAt + AFTERWARDS_MS;
  }

  take(event: StoredEvent, because: Because | undefined): boolean {
    const meaning = this.#turn.take(event);
    if (meaning === 'ended' || meaning === 'failed' || meaning === 'rejected') {
      this.#overAt = Date.parse(event.time);
    }
    const isRelated = this.#isRelated(event, because);
    if (isRelated) this.#ids.add(event.id);
    if (isRelated) this.#note(event);
    return isRelated;
  }

  #isRelated(event: StoredEvent, because: Because | undefined): boolean {
    const { id, data } = event;
    if (id === this.#message.id || because?.correlationId === this.#message.id) return true;
    const { turnId } = this;
    // What it waits for, while it waits.
    if (turnId === undefined && this.#overAt === undefined && WAITED_FOR.has(event.type))
      return true;
    if (turnId !== undefined) {
      if ('turnId' in data && data.turnId === turnId) return true;
      if (because?.causationId === turnId) return true;
    }
    if (because?.causationId !== undefined && this.#ids.has(because.causationId)) return true;
    if (event.type === 'result') return this.#ids.has(event.data.callId);
    return this.#begun.has(whole(event));
  }

  #note(event: StoredEvent): void {
    switch (event.type) {
      case 'delivery.requested':
      case 'job.requested':
        this.#begun.set(whole(event), true);
        return;
      case 'delivery.confirmed':
        if (event.data.part + 1 >= event.data.parts) this.#begun.set(whole(event), false);
        return;
      case 'delivery.failed':
        if (!event.data.again) this.#begun.set(whole(event), false);
        return;
      case 'job.completed':
      case 'job.failed':
      case 'job.cancelled':
        this.#begun.set(whole(event), false);
        return;
      default:
        return;
    }
  }
}

/** The job or the delivery that an event is of: its subject without its last word. */
const whole = ({ subject }: StoredEvent): string => subject.slice(0, subject.lastIndexOf('.'));
