import type { Patience } from '../../platform/async/retry.ts';
import { speakerAt } from '../../schemas/agents-word.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { EventType } from '../../schemas/event-catalogue.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject, subjectOf } from '../../schemas/subjects.ts';
import { type Silence, silenceReason } from '../domain/agent/silence.ts';
import type { EventLog } from '../log/event-log.ts';
import { untilReachable } from '../log/until-reachable.ts';

/** When an agent was created, and when it ended and went on since: places in the log, in order. */
interface Life {
  created: number;
  changes: { sequence: number; lives: boolean }[];
}

const ENDS = ['stopped', 'exited', 'lost', 'start-failed'] as const;

const END_TYPES: ReadonlySet<EventType> = new Set(ENDS.map((name) => `process.${name}` as const));

/** The number of agents that have spoken and are remembered; another one is looked up again. */
const REMEMBERED = 10_000;

/**
 * Who is heard, for readers of the log that do not fold it: as the fold does, they refuse what an
 * agent says after its end, or before anybody created it. It is shown every event that passes by, in
 * the order of the log from wherever, and learns the ends; an agent whose word it meets first is
 * looked up once, so it may begin anywhere.
 */
export class Speakers {
  readonly #log: EventLog;
  readonly #patience: Patience;
  readonly #lives = new Map<string, Life>();

  /** @param patience for a server that is gone; none without: who asks asks again. */
  constructor(log: EventLog, patience: Patience = { patienceMs: 0 }) {
    this.#log = log;
    this.#patience = patience;
  }

  /**
   * Why an event is to be left out, in words; undefined where it is not. A promise only where the
   * log has to be asked; that rejects with ORC_NOT_REACHABLE, and may be asked again.
   */
  refusal(event: StoredEvent): string | undefined | Promise<string | undefined> {
    const address = parseSubject(event.subject);
    if (address === undefined || !('agentId' in address)) return undefined;
    const { agentId } = address;
    const known = this.#lives.get(agentId);
    if (known !== undefined) learn(known, event);
    if (speakerAt(address) === undefined) return undefined;
    if (known !== undefined) return refusalOf(agentId, known, event.sequence);
    return this.#lookUp(agentId).then((life) => refusalOf(agentId, life, event.sequence));
  }

  /** What is after the present place is in it already. */
  async #lookUp(agentId: string): Promise<Life> {
    const events = await untilReachable(this.#log.connection, this.#patience, () =>
      this.#lifeEvents(agentId),
    );
    const life: Life = { created: Number.POSITIVE_INFINITY, changes: [] };
    for (const event of events) learn(life, event);
    const [oldest] = this.#lives.keys();
    if (this.#lives.size >= REMEMBERED && oldest !== undefined) this.#lives.delete(oldest);
    this.#lives.set(agentId, life);
    return life;
  }

  async #lifeEvents(agentId: string): Promise<StoredEvent[]> {
    const filter = [
      subjectOf({ family: 'command', agentId, name: 'create' }),
      ...['resumed', ...ENDS].map((name) => subjectOf({ family: 'process', agentId, name })),
    ];
    const events: StoredEvent[] = [];
    for await (const message of this.#log.read({
      stream: 'EVENTS',
      from: { sequence: 1 },
      filter,
    })) {
      const parsed = parseEvent(message);
      if (parsed.kind === 'event') events.push(parsed.event);
    }
    return events;
  }
}

/** What is known already may come again. */
function learn(life: Life, { type, sequence }: StoredEvent): void {
  if (type === 'command.create') life.created = Math.min(life.created, sequence);
  const lives = type === 'process.resumed';
  if (!lives && !END_TYPES.has(type)) return;
  if (sequence > (life.changes.at(-1)?.sequence ?? 0)) life.changes.push({ sequence, lives });
}

function refusalOf(agentId: string, life: Life, sequence: number): string | undefined {
  const silence = silenceAt(life, sequence);
  return silence && silenceReason(agentId, silence);
}

function silenceAt({ created, changes }: Life, sequence: number): Silence | undefined {
  if (created > sequence) return 'unknown';
  const last = changes.findLast((change) => change.sequence < sequence);
  return last?.lives === false ? 'ended' : undefined;
}
