import { AckPolicy, type Consumer, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import { NEAR } from '../platform/async/back-off.ts';
import { pause } from '../platform/async/delay.ts';
import { keepRunning } from '../platform/async/keep-running.ts';
import { orAborted } from '../platform/async/or-aborted.ts';
import { timeoutSignal } from '../platform/async/timer.ts';
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

/** Without the lease, or while it drains, it looks this often whether it may take again. */
const LOOK_MS = 250;

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
    const { logger } = this.#options;
    const { signal } = this.#abort;
    await this.#consumer();
    this.#loop = keepRunning(async () => this.#take(await this.#consumer()), {
      signal,
      times: NEAR,
      ended: (error) => logger.warn({ err: error }, 'no agent to place could be asked for'),
    });
  }

  /** Asks for no more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#loop;
  }

  /** Made where it is not there yet, or any more. */
  async #consumer(): Promise<Consumer> {
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
    return jetstream(connection.nc).consumers.get('EVENTS', CONSUMER);
  }

  async #take(consumer: Consumer): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      if (this.#mayTake()) await this.#next(consumer);
      else await pause(LOOK_MS, signal);
    }
  }

  #mayTake(): boolean {
    const { ownership } = this.#options;
    return ownership.held && !ownership.draining && !this.#abort.signal.aborted;
  }

  async #next(consumer: Consumer): Promise<void> {
    const { signal } = this.#abort;
    const pulled = consumer.next({ expires: PULL_MS });
    const message = await orAborted(pulled, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      // What is still handed over after the end is for another, at once.
      pulled.then((late) => late?.nak()).catch(() => undefined);
      return null;
    });
    if (message === null) return;
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
    const late = AbortSignal.any([this.#abort.signal, timeoutSignal(ackWaitMs)]);
    const isRequested = () => follower.state.agents.get(agentId)?.phase === 'requested';
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const stop = follower.subscribe(() => {
      if (!isRequested()) resolve(true);
    });
    try {
      await follower.folded(seq, late);
      if (!isRequested()) return true;
      place(agentId);
      return await orAborted(promise, late);
    } catch (error) {
      if (late.aborted) return false;
      throw error;
    } finally {
      stop();
    }
  }
}
