import type { Logger } from 'pino';
import type { EventLog } from '../../core/log/event-log.ts';
import { untilStored } from '../../core/log/until-stored.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { RESPONSES_STREAM } from '../../schemas/redis/keys.ts';
import {
  type ForeignResponse,
  foreignEventId,
  parseForeignEntry,
} from '../../schemas/redis/response-entry.ts';
import type { MirrorPosition } from './mirror/mirror-position.ts';
import type { Redis } from './redis-connection.ts';

export interface ResponsesImporterOptions {
  log: EventLog;
  logger: Logger;
  /** A connection of its own: its reads block. */
  redis: Redis;
  position: MirrorPosition;
  /** The id of this Redis's life; see `Claim`. */
  life: string;
}

interface Entry {
  id: string;
  message: Record<string, string>;
}

const READ_ENTRIES = 200;
const BLOCK_MS = 2_000;

/** Entries of our own move the position now and then: they are soon read again. */
const OWN_ENTRIES = 1_000;

/**
 * Makes events of what scripts of older agents write into `cli-agent:responses`
 * (docs/decisions/0032-redis-ids-derived-from-entries.md).
 */
export class ResponsesImporter {
  readonly #options: ResponsesImporterOptions;
  /** Entries that are nobody's response, and were left where they are. */
  invalid = 0;

  constructor(options: ResponsesImporterOptions) {
    this.#options = options;
  }

  /** Until the signal aborts. Throws what Redis and the log throw. */
  async run(from: string | undefined, signal: AbortSignal): Promise<void> {
    const { redis, position } = this.#options;
    const options = { BLOCK: BLOCK_MS, COUNT: READ_ENTRIES };
    let unnoted = 0;
    for (let last = from ?? '0-0'; !signal.aborted; ) {
      const read = await redis.xRead({ key: RESPONSES_STREAM, id: last }, options);
      const entries = entriesOf(read);
      const foreign = await this.#importAll(entries, signal);
      last = entries.at(-1)?.id ?? last;
      unnoted += entries.length;
      if (foreign === 0 && unnoted < OWN_ENTRIES) continue;
      await position.noteRead(last);
      unnoted = 0;
    }
  }

  /** Imports the entries of one agent in their order, of different agents side by side. Resolves with their number. */
  async #importAll(entries: readonly Entry[], signal: AbortSignal): Promise<number> {
    const events = entries.flatMap((entry) => this.#eventOf(entry));
    const byAgent = Map.groupBy(events, ({ subject }) => subject.split('.')[1] ?? '');
    await Promise.all([...byAgent.values()].map((each) => this.#storeAll(each, signal)));
    return events.length;
  }

  #eventOf({ id, message }: Entry): NewEvent[] {
    const parsed = parseForeignEntry(message);
    if (parsed.kind === 'invalid') {
      this.invalid += 1;
      this.#options.logger.warn({ entry: id, reason: parsed.reason }, 'response not understood');
    }
    if (parsed.kind !== 'response') return [];
    const { life } = this.#options;
    const { response } = parsed;
    const eventId = foreignEventId(response.agentId, { life, entryId: id, fields: message });
    return [responseEvent(eventId, response)];
  }

  async #storeAll(events: readonly NewEvent[], signal: AbortSignal): Promise<void> {
    const { log, logger } = this.#options;
    for (const event of events) {
      try {
        await untilStored(() => log.appendOnce(event), { signal });
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        logger.error({ err: error, id: event.id }, 'response not stored; it stays in Redis');
      }
    }
  }
}

function responseEvent(id: string, { agentId, name, text }: ForeignResponse): NewEvent {
  // The source is for operators; readers of the event take it for the agent's own word.
  const meta = { id, source: 'orchestrator/redis', now: new Date() };
  return newEvent(`response.${name}`, { agentId }, { text }, meta);
}

/** Nothing came in time: null. */
const entriesOf = (read: unknown): Entry[] =>
  // As the client's XREAD replies for one stream; its types do not tell by the RESP version.
  (read as { messages: Entry[] }[] | null)?.[0]?.messages ?? [];
