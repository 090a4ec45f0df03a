import { type AppendResult, appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject, subjectOf } from '../../schemas/subjects.ts';
import { CHANNEL } from './channel.ts';
import { evolveMember, type Member, newMember } from './member.ts';

type UserEventType = Exclude<
  Extract<EventType, `user.${string}`>,
  'user.agent-assigned' | 'user.agent-released'
>;

/** Everybody of the channel whom the log knows: folded from it, and stated into it. */
export class Directory {
  readonly #log: EventLog;
  readonly #members = new Map<string, Member>();
  #place = 0;
  #waiters: { sequence: number; resolve: () => void }[] = [];

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Resolves when everything that was stored is folded; `ended` when the signal aborts. */
  async start(signal: AbortSignal): Promise<{ ended: Promise<void> }> {
    const caughtUp = Promise.withResolvers<void>();
    const ended = this.#follow(signal, caughtUp.resolve);
    await Promise.race([caughtUp.promise, ended]);
    return { ended };
  }

  member(userId: string): Member {
    return this.#members.get(userId) ?? newMember;
  }

  members(): ReadonlyMap<string, Member> {
    return this.#members;
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

  async #follow(signal: AbortSignal, caughtUp: () => void): Promise<void> {
    const filter = `users.${CHANNEL}.>`;
    const from = { sequence: 1 };
    for await (const batch of this.#log.follow({ stream: 'EVENTS', from, filter, signal })) {
      for (const message of batch.messages) {
        const address = parseSubject(message.subject);
        const parsed = parseEvent(message);
        this.#place = message.sequence;
        if (parsed.kind !== 'event' || address?.family !== 'user') continue;
        const { userId } = address;
        this.#members.set(userId, evolveMember(this.member(userId), parsed.event));
      }
      for (const { sequence, resolve } of this.#waiters) if (sequence <= this.#place) resolve();
      if (batch.caughtUp) caughtUp();
    }
  }

  async #folded(sequence: number): Promise<void> {
    if (sequence <= this.#place) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { sequence, resolve };
    this.#waiters.push(waiter);
    await promise;
    this.#waiters = this.#waiters.filter((one) => one !== waiter);
  }
}

export function userEvent<T extends UserEventType>(
  type: T,
  userId: string,
  data: DataOf<T>,
  id: string,
): NewEvent {
  const name = type.slice('user.'.length);
  return {
    id: `${type}:${id}`,
    type,
    source: `orchestrator/${CHANNEL}`,
    time: new Date().toISOString(),
    subject: subjectOf({ family: 'user', channel: CHANNEL, userId, name }),
    data,
    // Type and data belong together by T.
  } as NewEvent;
}
