import { speakerAt } from '../../schemas/agents-word.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { EventMeta } from '../../schemas/new-event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject, subjectOf } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';

/** Because of what an event was stated. */
export type Because = Pick<EventMeta, 'correlationId' | 'causationId' | 'traceparent'>;

/** The turn that an agent is in; null: in none. */
type Running = { turnId: string; because: Because } | null;

/** The number of agents of which the turn is remembered; that of another is looked up again. */
const REMEMBERED = 10_000;

/**
 * Because of what an agent says something, for readers that do not fold the log: its turn, and the
 * message that this began with. An agent is not asked, since it could state anybody's
 * (docs/decisions/0053-causes-of-an-agents-word.md). It is shown every event that passes by, in the
 * order of the log from wherever.
 */
export class TurnCauses {
  readonly #log: EventLog;
  readonly #turns = new Map<string, Running>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** The causes of an event: of an agent's word its turn, of anything else what it states. */
  async of(event: StoredEvent): Promise<Because> {
    const address = parseSubject(event.subject);
    if (address === undefined || !('agentId' in address)) return stated(event);
    const { agentId } = address;
    const turn = turnAfter(event);
    if (turn !== undefined) this.#remember(agentId, turn);
    if (speakerAt(address) === undefined) return stated(event);
    const known = this.#turns.get(agentId);
    const running = known === undefined ? await this.#lookUp(agentId, event.sequence) : known;
    return running?.because ?? {};
  }

  /** Quick where its last turn is the one; else what is said of its turns is read up to there. */
  async #lookUp(agentId: string, before: number): Promise<Running> {
    const last = (name: string) =>
      this.#log.last('EVENTS', subjectOf({ family: 'turn', agentId, name }));
    const [started, ...ends] = await Promise.all(['started', 'ended', 'failed'].map(last));
    if (started === undefined) return null;
    if (started.sequence > before) return this.#readUpTo(agentId, before);
    const { sequence } = started;
    const isOver = ends.some((end) => end && end.sequence > sequence && end.sequence < before);
    const parsed = parseEvent(started);
    const turn = parsed.kind === 'event' && !isOver ? (turnAfter(parsed.event) ?? null) : null;
    this.#remember(agentId, turn);
    return turn;
  }

  /** Several turns later, as for a reader that goes on where it was cut off. */
  async #readUpTo(agentId: string, before: number): Promise<Running> {
    const subject = (name: string) => subjectOf({ family: 'turn', agentId, name });
    const filter = ['started', 'ended', 'failed'].map(subject);
    const range = { stream: 'EVENTS', from: { sequence: 1 }, until: before, filter } as const;
    let turn: Running = null;
    for await (const message of this.#log.read(range)) {
      const parsed = parseEvent(message);
      const after = parsed.kind === 'event' ? turnAfter(parsed.event) : undefined;
      if (after !== undefined) turn = after;
    }
    this.#remember(agentId, turn);
    return turn;
  }

  #remember(agentId: string, turn: Running): void {
    const [oldest] = this.#turns.keys();
    if (this.#turns.size >= REMEMBERED && oldest !== undefined) this.#turns.delete(oldest);
    this.#turns.set(agentId, turn);
  }
}

const stated = ({ correlationId, causationId, traceparent }: StoredEvent): Because => ({
  ...(correlationId !== undefined && { correlationId }),
  ...(causationId !== undefined && { causationId }),
  ...(traceparent !== undefined && { traceparent }),
});

/** The turn that its agent is in after an event; undefined where the event tells nothing of it. */
function turnAfter(event: StoredEvent): Running | undefined {
  switch (event.type) {
    case 'turn.started': {
      const { turnId, commandId } = event.data;
      const correlationId = event.correlationId ?? commandId;
      const { traceparent } = event;
      const trace = traceparent !== undefined && { traceparent };
      return { turnId, because: { correlationId, causationId: turnId, ...trace } };
    }
    case 'turn.ended':
    case 'turn.failed':
    case 'process.stopped':
    case 'process.exited':
    case 'process.lost':
      return null;
    default:
      return undefined;
  }
}
