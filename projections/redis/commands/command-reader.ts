import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { pause } from '../../../platform/async/delay.ts';
import { Lanes } from '../../../platform/async/lanes.ts';
import { orAborted } from '../../../platform/async/or-aborted.ts';
import {
  COMMANDS_GROUP as GROUP,
  RESPONSES_STREAM,
  COMMANDS_STREAM as STREAM,
} from '../../../schemas/redis/keys.ts';
import { pythonJson } from '../../../schemas/redis/python-json.ts';
import type { Redis } from '../redis-connection.ts';
import { CommandContext, type CommandServices } from './command-context.ts';
import { agentOfCommand, handleCommand } from './handle-command.ts';
import { REPLY_SCRIPT } from './reply-script.ts';

export interface CommandReaderOptions {
  services: CommandServices;
  logger: Logger;
  redis: Redis;
  /** A connection of its own: its reads block. */
  reading: Redis;
  /** The id of this Redis's life; see `Claim`. */
  life: string;
  /** The name of this consumer, the same after a restart. */
  consumer: string;
  /** Resolves when replies may be written. */
  mayReply: Promise<void>;
}

interface Entry {
  id: string;
  message: Record<string, string>;
}

/** Commands in hand at most; beyond that they wait in Redis. */
const IN_HAND = 1_000;
const READ_ENTRIES = 100;
const BLOCK_MS = 2_000;

/** A consumer that does not say so often that it works on a command counts as dead for it. */
const ALIVE_EVERY_MS = 5_000;
const DEAD_AFTER_MS = 30_000;

/**
 * Reads `cli-agent:commands` by the older service's consumer group and does what they say: in order
 * for each agent, agents beside each other. A command is off the list when its reply is written.
 */
export class CommandReader {
  readonly #options: CommandReaderOptions;
  readonly #lanes = new Lanes();
  readonly #inHand = new Set<string>();

  constructor(options: CommandReaderOptions) {
    this.#options = options;
  }

  /** Until the signal aborts. Throws what Redis throws; then nothing of it goes on. */
  async run(signal: AbortSignal): Promise<void> {
    const failed = Promise.withResolvers<never>();
    const fail = (error: unknown) => failed.reject(error);
    await this.#ensureGroup();
    await Promise.race([
      Promise.all([this.#read(signal, fail), this.#lookAfter(signal, fail)]),
      failed.promise,
    ]);
  }

  /** Resolves when nothing is in hand. */
  idle(): Promise<void> {
    return this.#lanes.below(1);
  }

  async #ensureGroup(): Promise<void> {
    try {
      await this.#options.redis.xGroupCreate(STREAM, GROUP, '0', { MKSTREAM: true });
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error;
    }
  }

  /** What a life before this one had in hand comes first. */
  async #read(signal: AbortSignal, fail: (error: unknown) => void): Promise<void> {
    const { reading, consumer } = this.#options;
    const options = { COUNT: READ_ENTRIES, BLOCK: BLOCK_MS };
    let from = '0';
    while (!signal.aborted) {
      await this.#lanes.below(IN_HAND);
      const read = await reading.xReadGroup(GROUP, consumer, { key: STREAM, id: from }, options);
      const entries = entriesOf(read);
      for (const entry of entries) await this.#take(entry, signal, fail);
      if (from !== '>') from = entries.at(-1)?.id ?? '>';
    }
  }

  /** Says what this one works on, and takes over what nobody works on any more. */
  async #lookAfter(signal: AbortSignal, fail: (error: unknown) => void): Promise<void> {
    const { redis, consumer } = this.#options;
    do {
      const ids = [...this.#inHand];
      if (ids.length > 0) await redis.xClaimJustId(STREAM, GROUP, consumer, 0, ids);
      for (const entry of await this.#claim()) await this.#take(entry, signal, fail);
    } while (await pause(ALIVE_EVERY_MS, signal));
  }

  async #claim(): Promise<Entry[]> {
    const { redis, consumer, logger } = this.#options;
    const claimed: Entry[] = [];
    // A page may be empty and not be the last.
    for (let cursor = '0-0'; ; ) {
      const page = await redis.xAutoClaim(STREAM, GROUP, consumer, DEAD_AFTER_MS, cursor, {
        COUNT: READ_ENTRIES,
      });
      claimed.push(...page.messages.flatMap((entry) => (entry === null ? [] : [entryOf(entry)])));
      cursor = page.nextId;
      if (cursor === '0-0') break;
    }
    if (claimed.length > 0) logger.warn({ commands: claimed.length }, 'taken over from the dead');
    return claimed;
  }

  async #take(entry: Entry, signal: AbortSignal, fail: (error: unknown) => void): Promise<void> {
    if (this.#inHand.has(entry.id)) return;
    // A deleted entry is an id without content: there is nothing to reply to.
    if (Object.keys(entry.message).length === 0) {
      await this.#options.redis.xAck(STREAM, GROUP, entry.id);
      return;
    }
    this.#inHand.add(entry.id);
    const lane = agentOfCommand(entry.message.data) ?? entry.id;
    this.#lanes.add(lane, async () => {
      try {
        if (!signal.aborted) await this.#handle(entry, signal);
      } catch (error) {
        if (!signal.aborted) fail(error);
      } finally {
        this.#inHand.delete(entry.id);
      }
    });
  }

  async #handle({ id, message }: Entry, signal: AbortSignal): Promise<void> {
    const { services, life, redis, logger, mayReply } = this.#options;
    const context = new CommandContext(services, causeId(life, id, message.data ?? ''), signal);
    const reply = await handleCommand(message.data, context, logger);
    await orAborted(mayReply, signal);
    await redis.eval(REPLY_SCRIPT, {
      keys: [STREAM, RESPONSES_STREAM],
      arguments: [GROUP, id, pythonJson(reply)],
    });
  }
}

/** Its content is part of it, as for foreign responses: see `foreignEventId`. */
function causeId(life: string, entryId: string, data: string): string {
  const content = createHash('sha256').update(data).digest('hex').slice(0, 12);
  return `redis-command-${life}-${entryId}-${content}`;
}

/** Nothing came in time: null. */
const entriesOf = (read: unknown): Entry[] =>
  // As the client's XREADGROUP replies for one stream; its types do not tell by the RESP version.
  ((read as { messages: Entry[] }[] | null)?.[0]?.messages ?? []).map(entryOf);

const entryOf = ({ id, message }: { id: unknown; message: unknown }): Entry => ({
  id: String(id),
  message: Object.fromEntries(
    Object.entries(message ?? {}).map(([name, value]) => [name, String(value)]),
  ),
});
