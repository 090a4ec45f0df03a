import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, type Consumer, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import { parseSubject } from '../schemas/subjects.ts';
import type { Ownership } from './ownership/ownership.ts';

export interface PlacementOptions {
  log: EventLog;
  follower: SystemFollower;
  ownership: Ownership;
  logger: Logger;
  /** Makes this spawner the owner of a requested agent; it states that in the log. */
  place: (agentId: string) => void;
  /** A `create` that its taker does not place within so many milliseconds goes to another. */
  ackWaitMs: number;
}

/** The one durable consumer that all spawners share. */
const CONSUMER = 'placement';

/** One request of a `create` stands so long; so long does an end have to wait for it at most. */
const PULL_MS = 5_000;
const RETRY_MS = 250;

/**
 * Hands new agents to spawners: each `create` to one of those that ask, in turn, for each asks for
 * one at a time. Acknowledged only when the log says who owns the agent, so one that is taken by a
 * spawner that dies comes to another
 * (docs/decisions/0011-placement.md).
 */
export class Placement {
  readonly #options: PlacementOptions;
  readonly #abort = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { log, ackWaitMs } = this.#options;
    const { connection } = log;
    const jsm = await connection.jsm();
    await jsm.consumers.add('EVENTS', {
      durable_name: CONSUMER,
      filter_subject: 'agents.*.command.create',
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ackWaitMs),
    });
    const consumer = await jetstream(connection.nc).consumers.get('EVENTS', CONSUMER);
    this.#loop = this.#take(consumer);
  }

  /** Asks for no more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
  }

  async #take(consumer: Consumer): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        if (this.#mayTake()) await this.#next(consumer);
        else await delay(RETRY_MS, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        this.#options.logger.warn({ err: error }, 'no agent to place could be asked for');
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #mayTake(): boolean {
    const { ownership } = this.#options;
    return ownership.held && !ownership.draining && !this.#abort.signal.aborted;
  }

  async #next(consumer: Consumer): Promise<void> {
    const { signal } = this.#abort;
    const aborted = new Promise<null>((resolve) => {
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const pulled = consumer.next({ expires: PULL_MS });
    const message = await Promise.race([pulled, aborted]);
    if (message === null) {
      // What is still handed over after the end is for another, at once.
      if (signal.aborted) pulled.then((late) => late?.nak()).catch(() => undefined);
      return;
    }
    // Handed over in the last moment: the next one that asks is to have it.
    if (!this.#mayTake()) message.nak();
    else if (await this.#placed(message)) message.ack();
  }

  /** True when the log says what becomes of the agent; false when that took too long. */
  async #placed({ subject, seq }: JsMsg): Promise<boolean> {
    const { follower, place, ackWaitMs } = this.#options;
    const address = parseSubject(subject);
    if (address?.family !== 'command') return true;
    const { agentId } = address;
    const late = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(ackWaitMs)]);
    const isRequested = () => follower.state.agents.get(agentId)?.phase === 'requested';
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const stop = follower.subscribe(() => {
      if (!isRequested()) resolve(true);
    });
    late.addEventListener('abort', () => resolve(false), { once: true });
    try {
      await follower.folded(seq, late);
      if (!isRequested()) return true;
      place(agentId);
      return await promise;
    } catch (error) {
      if (late.aborted) return false;
      throw error;
    } finally {
      stop();
    }
  }
}
