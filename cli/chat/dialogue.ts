import type {
  AgentClient,
  AgentWish,
  AssignedAgent,
  SentMessage,
} from '../../core/conversation/agent-client.ts';
import { followConversation } from '../../core/conversation/conversation.ts';
import type { SendOptions } from '../../core/conversation/events-of-person.ts';
import type { Happening, OpenMessage, Talk } from '../../core/conversation/talk.ts';
import { samePerson } from '../../core/domain/same-person.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { newAgentId, newId } from '../../schemas/ids.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { ReadingPosition } from './reading-position.ts';

export interface DialogueOptions {
  log: EventLog;
  agentClient: AgentClient;
  person: Person;
  /** What an agent is to be where one is made. */
  wish: AgentWish;
  /** What a message does while a turn runs, where nothing else is said. */
  mode?: SendOptions['mode'];
  position: ReadingPosition;
  /** The last sequence of EVENTS before the dialogue. */
  began: number;
  /** Talk to this agent, and to no other when it has ended. */
  agentId?: string | undefined;
  /** Shows what happened, in the order of the log; the next waits until it is shown. */
  show: (happening: Happening) => Promise<void>;
  /** Hears of everything in the same order, also of what was shown before this dialogue. */
  hear?: (happening: Happening) => void;
  /** An agent was found or made for the person; `previous` is one that ended before this dialogue. */
  onAgent: (assigned: AssignedAgent) => void;
  /** The following broke: nothing more will be shown. */
  onFailure: (error: unknown) => void;
  signal: AbortSignal;
}

/** How a message is sent, where that is not as always. */
export type SayOptions = Pick<SendOptions, 'mode' | 'answers'>;

type Outcome = 'open' | 'answered' | 'failed';

/**
 * One person's talk with their agent, whichever that is at the time: brings messages, shows what
 * happens, and knows when everything that was asked has come to its end.
 */
export class Dialogue {
  readonly #options: DialogueOptions;
  /** Messages of this dialogue. */
  readonly #own = new Map<string, Outcome>();
  /** Messages of this person that were open when the dialogue began. */
  readonly #earlier = new Set<string>();
  /** Agents that are followed, and the follows that have not ended. */
  readonly #following = new Set<string>();
  readonly #follows = new Set<Promise<void>>();
  /** Agents that were followed at some time. */
  readonly #met = new Set<string>();
  readonly #ended = new Set<string>();
  /** Those that were asked to go on, and have not yet. */
  readonly #goesOn = new Set<string>();
  /** They lived, or were about to, when the log was as far as that. */
  readonly #livedAt = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #agentId: string | undefined;
  #opening: Promise<string> | undefined;
  #failure: { error: unknown } | undefined;

  constructor(options: DialogueOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#changed(), { once: true });
  }

  /** The agent that it last talked to. */
  get agentId(): string | undefined {
    return this.#agentId;
  }

  /** Messages of this dialogue whose end has not come. */
  get unanswered(): number {
    return [...this.#own.values()].filter((outcome) => outcome === 'open').length;
  }

  /** A message of this dialogue was rejected, or its turn failed. */
  get failed(): boolean {
    return [...this.#own.values()].includes('failed');
  }

  /**
   * Finds or makes the agent, and follows it: first what was said while nobody listened, also by
   * the agent before it. Resolves with its id.
   */
  open(): Promise<string> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Makes a new agent and talks to that, whatever the person has. Resolves with its id. */
  async openNew(): Promise<string> {
    const { agentClient, person, wish, agentId, onAgent } = this.#options;
    if (agentId !== undefined) return this.open();
    const fresh = newAgentId();
    await agentClient.createAnother(person, wish, fresh);
    onAgent({ agentId: fresh, created: true });
    await this.#goOn(fresh);
    return fresh;
  }

  /** Goes on with an agent of the person that has ended, and talks to it. Resolves with its id. */
  async openEarlier(agent: AgentSummary): Promise<string> {
    const { agentClient, person, onAgent } = this.#options;
    await agentClient.resume(person, agent);
    const { agentId } = agent;
    this.#goesOn.add(agentId);
    onAgent({ agentId, created: false, resumed: true });
    await this.#goOn(agentId);
    return agentId;
  }

  /** Talks to an agent that lives, or is about to: an end that stands in the log by now is over. */
  async #goOn(agentId: string): Promise<void> {
    this.#livedAt.set(agentId, await this.#options.log.lastSequence('EVENTS'));
    this.#ended.delete(agentId);
    await this.#talkTo(agentId);
  }

  async #talkTo(agentId: string): Promise<void> {
    const { position } = this.#options;
    if (!this.#following.has(agentId)) await this.#follow(agentId, position.from);
    this.#agentId = agentId;
  }

  /** The agent has something of this person to do. */
  get isBusy(): boolean {
    return this.unanswered > 0 || this.#earlier.size > 0;
  }

  /** Sends a message to the agent, which goes on where it has ended. */
  async say(text: string, options: SayOptions = {}): Promise<SentMessage> {
    const id = newId('msg');
    const agentId = await this.#openAgent();
    this.#own.set(id, 'open');
    try {
      const { agentClient, person, mode } = this.#options;
      return await agentClient.send(agentId, text, { mode, ...options, from: person, id });
    } catch (error) {
      this.#own.delete(id);
      throw error;
    }
  }

  /** Is this said to this person here: in a turn that serves one of their messages, or in none? */
  concerns(serves: readonly OpenMessage[]): boolean {
    return serves.length === 0 || serves.some((one) => this.#isOwn(one) || this.#isEarlier(one));
  }

  /** Resolves when no message of this person is open any more, or the signal aborts. */
  settled(): Promise<void> {
    return this.#until(() => this.unanswered === 0 && this.#earlier.size === 0);
  }

  hasEnded(agentId: string): boolean {
    return this.#ended.has(agentId);
  }

  /** Resolves when this agent has ended, or the signal aborts. */
  ended(agentId: string): Promise<void> {
    return this.#until(() => this.#ended.has(agentId));
  }

  /** Resolves when the following has ended, which the signal makes it do. */
  async closed(): Promise<void> {
    await Promise.all(this.#follows);
    await this.#options.position.saved();
  }

  async #openAgent(): Promise<string> {
    const current = this.#agentId;
    const usable =
      current !== undefined && (!this.#ended.has(current) || this.#options.agentId !== undefined);
    return usable ? current : this.open();
  }

  async #open(): Promise<string> {
    const { agentId, position, agentClient, person, wish, onAgent } = this.#options;
    const assigned: AssignedAgent =
      agentId === undefined
        ? await agentClient.getOrCreate(person, wish)
        : { agentId, created: false };
    const { previous } = assigned;
    const ofLastRun = previous !== undefined && !this.#met.has(previous);
    if (ofLastRun) {
      this.#ended.add(previous);
      await this.#follow(previous, position.from);
    }
    onAgent({ ...assigned, previous: ofLastRun ? previous : undefined });
    if (assigned.resumed) this.#goesOn.add(assigned.agentId);
    // One that was named may have ended, and is talked to all the same.
    if (agentId !== undefined) await this.#talkTo(agentId);
    else await this.#goOn(assigned.agentId);
    return assigned.agentId;
  }

  /** Resolves when everything that was in the log before was shown. */
  async #follow(agentId: string, from: number): Promise<void> {
    const ready = Promise.withResolvers<void>();
    const following = this.#followAgent(agentId, from, ready.resolve).catch((error: unknown) => {
      this.#failure = { error };
      this.#options.onFailure(error);
      this.#changed();
    });
    this.#following.add(agentId);
    this.#met.add(agentId);
    const done = following.finally(() => this.#follows.delete(done));
    this.#follows.add(done);
    await Promise.race([ready.promise, following]);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #followAgent(agentId: string, from: number, ready: () => void): Promise<void> {
    const { log, signal } = this.#options;
    let caughtUp = false;
    for await (const batch of followConversation({ log, agentId, from, signal })) {
      const talk = batch.talks.get(agentId);
      if (batch.caughtUp && !caughtUp) this.#rememberEarlier(talk);
      for (const happening of batch.happenings) await this.#happened(happening, talk);
      caughtUp = batch.caughtUp;
      if (caughtUp) ready();
      this.#changed();
      if (caughtUp && this.#ended.has(agentId) && (talk?.open.length ?? 0) === 0) {
        // It may go on before this one is closed.
        this.#following.delete(agentId);
        return;
      }
    }
  }

  #rememberEarlier(talk: Talk | undefined): void {
    for (const message of talk?.open ?? []) {
      if (this.#isEarlier(message)) this.#earlier.add(message.commandId);
    }
  }

  #isOwn({ commandId }: OpenMessage): boolean {
    return this.#own.has(commandId);
  }

  #isEarlier({ from, sequence }: OpenMessage): boolean {
    const { began, person } = this.#options;
    return sequence <= began && samePerson(from, person);
  }

  async #happened(happening: Happening, talk: Talk | undefined): Promise<void> {
    const { began, position, show, hear } = this.#options;
    const { kind, sequence } = happening;
    hear?.(happening);
    // That it ended before is told with the agent that comes after it.
    const news =
      sequence > (kind === 'agent-ended' ? Math.max(began, position.seen) : position.seen);
    if (news) await show(happening);
    this.#settle(happening);
    this.#noteLife(happening);
    const open = talk?.open.map((message) => message.sequence) ?? [];
    const seen = Math.max(position.seen, sequence);
    position.moveTo({ seen, from: Math.min(seen + 1, ...open) });
  }

  #noteLife(happening: Happening): void {
    const { kind, agentId, sequence } = happening;
    if (kind === 'agent-resumed') {
      this.#goesOn.delete(agentId);
      this.#ended.delete(agentId);
    }
    const isRefused = kind === 'rejected' && happening.code === 'ORC_NOT_RESUMABLE';
    if (isRefused) this.#goesOn.delete(agentId);
    const isOver = sequence <= (this.#livedAt.get(agentId) ?? 0) || this.#goesOn.has(agentId);
    if (isRefused || (kind === 'agent-ended' && !isOver)) this.#ended.add(agentId);
  }

  #settle(happening: Happening): void {
    switch (happening.kind) {
      case 'turn-ended':
      case 'turn-failed': {
        const outcome = happening.kind === 'turn-ended' ? 'answered' : 'failed';
        for (const { commandId } of happening.serves) this.#settleMessage(commandId, outcome);
        return;
      }
      case 'rejected':
        this.#settleMessage(happening.commandId, 'failed');
        return;
      default:
    }
  }

  #settleMessage(commandId: string, outcome: Outcome): void {
    this.#earlier.delete(commandId);
    if (this.#own.has(commandId)) this.#own.set(commandId, outcome);
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.#options.signal.aborted) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
