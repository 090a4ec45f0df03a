import { randomBytes } from 'node:crypto';
import { HISTORY_STREAM, mirrorKey, RESPONSES_STREAM } from '../../../schemas/redis/keys.ts';
import { type Redis, RedisUnavailable } from '../redis-connection.ts';
import { type MirrorOp, opArguments } from './mirror-op.ts';
import { CLAIM_SCRIPT, JOIN_SCRIPT, READ_SCRIPT, WRITE_SCRIPT } from './mirror-scripts.ts';

export type MirrorField = 'events' | 'logs' | 'history';

/** Where the mirror stands, as Redis has it. */
export interface Claim {
  /**
   * Names what Redis has in its memory: another one after that was lost. Ids that are derived from
   * ids of Redis are derived from this as well.
   */
  life: string;
  /** Events up to here are history in this life: nothing is published of them. */
  quiet: number;
  /** What this life needs of the history is there. */
  joined: boolean;
  /** Events up to here stood in Redis before it lost its memory, as far as one knows. */
  mirrored: number | undefined;
  /** The last entry of the responses that was read. */
  responses: string | undefined;
}

export interface LogIdentity {
  /** When EVENTS and LOGS were created: other streams are another log. */
  events: string;
  logs: string;
}

/** Redis has another memory than the one that was claimed. */
export class MemoryLost extends RedisUnavailable {
  constructor() {
    super('Redis lost its memory; beginning again');
  }
}

/** The one hash in Redis that says up to where this log is there. */
export class MirrorPosition {
  readonly #redis: Redis;
  readonly #identity: LogIdentity;
  readonly #key: string;
  #life = '';

  constructor(redis: Redis, identity: LogIdentity) {
    this.#redis = redis;
    this.#identity = identity;
    this.#key = mirrorKey(identity.events);
  }

  /**
   * Finds the position, or begins a new life.
   *
   * @param last the last event that there is
   * @param mirrored the last one that is known to have been in Redis
   */
  async claim(last: number, mirrored: number | undefined): Promise<Claim> {
    const { events, logs } = this.#identity;
    const fresh = randomBytes(4).toString('hex');
    const reply = await this.#redis.eval(CLAIM_SCRIPT, {
      keys: [this.#key, HISTORY_STREAM],
      arguments: [fresh, events, logs, String(last), shown(mirrored)],
    });
    const [life, quiet, joined, responses, before] = texts(reply);
    this.#life = life ?? '';
    return {
      life: this.#life,
      quiet: Number(quiet ?? 0),
      joined: joined !== undefined,
      responses,
      mirrored: sequence(before),
    };
  }

  /** The position as it is now, moved by whoever mirrors as well. */
  async at(field: MirrorField): Promise<number | undefined> {
    return sequence((await this.#redis.hGet(this.#key, field)) ?? undefined);
  }

  /**
   * Writes what comes of the messages from behind `from` up to `to`, and moves the position there.
   * False, and nothing is written, where it was not at `from`.
   *
   * @returns the keys that hold something else and were left out, in words
   * @throws MemoryLost
   */
  async write(
    field: MirrorField,
    from: number | undefined,
    to: number | undefined,
    ops: readonly MirrorOp[],
  ): Promise<{ moved: true } | { moved: false; failed: string[] }> {
    const reply = await this.#redis.eval(WRITE_SCRIPT, {
      keys: [this.#key, field === 'history' ? HISTORY_STREAM : RESPONSES_STREAM],
      arguments: [this.#life, field, shown(from), shown(to), ...ops.flatMap(opArguments)],
    });
    const [outcome, ...failed] = texts(reply);
    if (outcome === 'lost') throw new MemoryLost();
    return outcome === 'moved' ? { moved: true } : { moved: false, failed: failed.map(String) };
  }

  /** The history is complete: it takes its place. Throws {@link MemoryLost}. */
  async join(): Promise<void> {
    const reply = await this.#redis.eval(JOIN_SCRIPT, {
      keys: [this.#key, RESPONSES_STREAM, HISTORY_STREAM],
      arguments: [this.#life],
    });
    if (reply === 'lost') throw new MemoryLost();
  }

  /** Everything in the responses up to this entry was read. Throws {@link MemoryLost}. */
  async noteRead(entryId: string): Promise<void> {
    const reply = await this.#redis.eval(READ_SCRIPT, {
      keys: [this.#key],
      arguments: [this.#life, entryId],
    });
    if (reply === 'lost') throw new MemoryLost();
  }

  /** Throws {@link MemoryLost} where the memory is another one. */
  async check(): Promise<void> {
    if ((await this.#redis.hGet(this.#key, 'life')) !== this.#life) throw new MemoryLost();
  }
}

const shown = (position: number | undefined): string =>
  position === undefined ? '' : String(position);

const sequence = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

/** A reply of strings and nulls. */
const texts = (reply: unknown): (string | undefined)[] =>
  Array.isArray(reply) ? reply.map((one) => (one === null ? undefined : String(one))) : [];
