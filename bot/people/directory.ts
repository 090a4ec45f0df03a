import { foldMessage } from '../../core/domain/fold-message.ts';
import { initialSystem, userKey } from '../../core/domain/system-state.ts';
import { initialUser, type QueueMode, type UserState } from '../../core/domain/user/user.ts';
import { type AppendResult, appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { Checkpoint } from '../../core/projection/checkpoint-file.ts';
import {
  KeptCheckpoint,
  type KeptCheckpointOptions,
} from '../../core/projection/kept-checkpoint.ts';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { newEvent, type Whose } from '../../schemas/new-event.ts';
import { CHANNEL } from './channel.ts';

type UserEventType = Exclude<
  Extract<EventType, `user.${string}`>,
  'user.agent-assigned' | 'user.agent-released'
>;

/** What is known of a person, or a group, with what counts where nothing was chosen. */
export type Member = UserState & { mode: QueueMode; chosenMode: QueueMode | undefined };

export type DirectoryCheckpoint = Pick<KeptCheckpointOptions, 'file' | 'logger' | 'everyMs'>;

/** Everybody of the channel whom the log knows: folded from it, as everywhere, and stated into it. */
export class Directory {
  readonly #log: EventLog;
  readonly #defaultMode: QueueMode;
  readonly #kept: KeptCheckpoint | undefined;
  /** Of the one fold of the log (docs/decisions/0007-one-fold.md) the people of this channel. */
  #state = initialSystem();
  #stream = '';
  #seenAt: string | undefined;
  readonly #changes = new ChangeSignal();
  readonly #ended = Promise.withResolvers<void>();
  #place = 0;

  /**
   * @param defaultMode of those who have chosen none
   * @param kept where to go on from, and to note it; without one everything is replayed
   */
  constructor(log: EventLog, defaultMode: QueueMode = 'join', kept?: DirectoryCheckpoint) {
    this.#log = log;
    this.#defaultMode = defaultMode;
    this.#kept = kept && new KeptCheckpoint({ ...kept, log, present: () => this.#present() });
  }

  /** Resolves when everything that was stored is folded. Rejects where the log cannot be followed. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#restore();
    this.#kept?.noteNowAndThen(signal);
    let isCaughtUp = false;
    const caughtUp = () => {
      isCaughtUp = true;
      this.#changes.changed();
    };
    this.#follow(signal, caughtUp).then(this.#ended.resolve, this.#ended.reject);
    // Whoever waits is let go, whatever the end was.
    this.#ended.promise.catch(() => undefined).finally(() => this.#changes.close());
    await this.#changes.until(() => isCaughtUp);
    if (!isCaughtUp) await this.#ended.promise;
  }

  /**
   * Resolves when the signal has ended it. Rejects when the log cannot be followed any more: nobody
   * may be let in or turned away by what stands still.
   */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  member(userId: string): Member {
    const known = this.#state.users.get(userKey(CHANNEL, userId)) ?? initialUser;
    return { ...known, mode: known.mode ?? this.#defaultMode, chosenMode: known.mode };
  }

  /** Everybody of whom the log says something. */
  ids(): string[] {
    return [...this.#state.users.keys()].map((key) => key.slice(CHANNEL.length + 1));
  }

  /** The id that a chat has now: a group's changes when it becomes a supergroup. */
  presentId(chatId: string): string {
    const { movedTo } = this.member(chatId);
    return movedTo ?? chatId;
  }

  /** States something of a person and resolves when it holds. The same id is stored once. */
  async state<T extends UserEventType>(
    type: T,
    userId: string,
    data: DataOf<T>,
    id: string,
  ): Promise<void> {
    await this.#stored(await this.#log.append(userEvent(type, userId, data, id)));
  }

  /** The same where a repeat may come however late. */
  async stateOnce<T extends UserEventType>(
    type: T,
    userId: string,
    data: DataOf<T>,
    id: string,
  ): Promise<void> {
    await this.#stored(await this.#log.appendOnce(userEvent(type, userId, data, id)));
  }

  /** Resolves when everything that the log has by now of its people is folded. */
  async caughtUp(): Promise<void> {
    const last = await this.#log.last('EVENTS', `users.${CHANNEL}.>`);
    await this.#folded(last?.sequence ?? 0);
  }

  async #stored(result: AppendResult): Promise<void> {
    if (!result.ok) throw appendError(result);
    await this.#folded(result.sequence);
  }

  /** Notes what it knows; by itself now and then, and by its owner at the end. */
  async saveCheckpoint(): Promise<void> {
    await this.#kept?.save();
  }

  async #restore(): Promise<void> {
    const { created, lastSequence } = await this.#log.identity('EVENTS');
    this.#stream = created;
    const found = await this.#kept?.restore(created, lastSequence);
    if (found === undefined) return;
    this.#state = found.state;
    this.#place = found.sequence;
    this.#seenAt = found.seenAt;
  }

  #present(): Checkpoint {
    const seenAt = this.#seenAt;
    return { stream: this.#stream, sequence: this.#place, seenAt, state: this.#state };
  }

  async #follow(signal: AbortSignal, caughtUp: () => void): Promise<void> {
    const filter = `users.${CHANNEL}.>`;
    const from = { sequence: this.#place + 1 };
    const created = this.#stream;
    const following = this.#log.follow({ stream: 'EVENTS', from, filter, created, signal });
    for await (const batch of following) {
      for (const message of batch.messages) {
        foldMessage(this.#state, message);
        this.#place = message.sequence;
        this.#seenAt = message.time.toISOString();
      }
      this.#changes.changed();
      if (batch.caughtUp) caughtUp();
    }
  }

  async #folded(sequence: number): Promise<void> {
    await this.#changes.until(() => sequence <= this.#place);
    if (sequence <= this.#place) return;
    throw new OrchestratorError('ORC_NOT_REACHABLE', 'What the log says of people is not followed');
  }
}

export function userEvent<T extends UserEventType>(
  type: T,
  userId: string,
  data: DataOf<T>,
  id: string,
): NewEvent {
  const whose = { channel: CHANNEL, userId } as Whose<T>;
  const source = `orchestrator/${CHANNEL}`;
  return newEvent(type, whose, data, { id: `${type}:${id}`, source, now: new Date() });
}
