import { parseEvent } from '../../schemas/parse-event.ts';
import { Speakers } from '../conversation/speakers.ts';
import { type Because, TurnCauses } from '../conversation/turn-causes.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';

/** Which events are wanted; all of them without. */
export interface EventsWanted {
  /** How their type begins: `turn.`. */
  type?: string | undefined;
  /** The message that they began with. */
  correlationId?: string | undefined;
}

/** An event, and what its reader knows of it. */
export interface ShownEvent {
  message: StoredMessage;
  /** Because of what it was stated; undefined of what is no event. */
  because?: Because | undefined;
  /** Why it counts for nobody, if it does not. */
  refused?: string | undefined;
}

/** As long as reading waits for a server that is gone. */
const PATIENCE_MS = 30_000;

/** Tells of stored messages what they mean, by what came before them. It is shown each, in order. */
export class ShownEvents {
  readonly #speakers: Speakers;
  readonly #causes: TurnCauses;
  readonly #wanted: EventsWanted;

  constructor(log: EventLog, wanted: EventsWanted, signal?: AbortSignal) {
    this.#speakers = new Speakers(log, { patienceMs: PATIENCE_MS, signal });
    this.#causes = new TurnCauses(log);
    this.#wanted = wanted;
  }

  /** Undefined where this one is not wanted. Throws as reading the log does. */
  async of(message: StoredMessage): Promise<ShownEvent | undefined> {
    const { type, correlationId } = this.#wanted;
    const parsed = parseEvent(message);
    const event = parsed.kind === 'event' ? parsed.event : undefined;
    const refused = event && (await this.#speakers.refusal(event));
    const because = event && (await this.#causes.of(event));
    if (type !== undefined && !message.header('ce-type')?.startsWith(type)) return undefined;
    if (correlationId !== undefined && because?.correlationId !== correlationId) return undefined;
    return { message, because, refused };
  }
}
