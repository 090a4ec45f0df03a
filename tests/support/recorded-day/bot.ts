import { deliveryIdOf } from '../../../bot/delivery/delivery-ids.ts';
import {
  type CallOutcome,
  decideAttempt,
  decideOutcome,
  decideRequest,
  decideUnreadable,
  deliveryEvent,
} from '../../../core/domain/delivery/decide-delivery.ts';
import { type DeliveryState, evolveDelivery } from '../../../core/domain/delivery/delivery.ts';
import type { NewEvent, StoredEvent } from '../../../schemas/event.ts';
import type { World } from './world.ts';

const SAID: ReadonlySet<string> = new Set([
  'response.answer',
  'response.question',
  'turn.failed',
  'process.rejected',
]);

/** The bot of the day: what agents of people in chats say is requested, and brought by a channel that fails now and then. */
export class Bot {
  readonly #world: World;
  readonly #states = new Map<string, DeliveryState>();
  #messages = 1_000;

  constructor(world: World) {
    this.#world = world;
    world.heard.push((event, sequence) => {
      const [root, name = '', deliveryId = ''] = event.subject.split('.');
      if (root === 'deliveries') this.#fold(deliveryId, event, sequence);
      if (root === 'agents' && SAID.has(event.type)) this.#request(name, event, sequence);
    });
  }

  #place = (deliveryId: string) => ({ channel: 'telegram', deliveryId, now: this.#world.date });

  #request(agentId: string, event: NewEvent, sequence: number): void {
    const agent = this.#world.system.agents.get(agentId);
    if (agent === undefined || agent.phase === 'unknown' || agent.owner?.channel !== 'telegram')
      return;
    const { userId } = agent.owner;
    this.#world.after(this.#world.dice.between(2, 50), () => {
      const deliveryId = deliveryIdOf(agentId, event.id);
      if (this.#states.has(deliveryId)) return;
      const because = { causationId: event.id, correlationId: event.correlationId };
      const request = { chatId: userId, agentId, sequence };
      this.#world.append([decideRequest(request, this.#place(deliveryId), because)]);
    });
  }

  #fold(deliveryId: string, event: NewEvent, sequence: number): void {
    // As it stands in the log.
    const state = evolveDelivery(this.#states.get(deliveryId), {
      ...event,
      sequence,
    } as StoredEvent);
    if (state === undefined) return;
    this.#states.set(deliveryId, state);
    if (state.phase === 'waiting')
      this.#world.after(this.#world.dice.between(2, 40), () => this.#attempt(deliveryId));
    if (state.phase === 'attempting')
      this.#world.after(this.#world.dice.between(20, 400), () => this.#outcome(deliveryId));
  }

  /** A long answer has three parts. */
  #parts = (deliveryId: string): number => (deliveryId.endsWith('1') ? 3 : 1);

  #attempt(deliveryId: string): unknown {
    const state = this.#states.get(deliveryId);
    if (state?.phase !== 'waiting') return undefined;
    const place = this.#place(deliveryId);
    if (this.#world.dice.chance(1)) {
      return this.#world.append([decideUnreadable(state, 'it cannot be shown', place)]);
    }
    this.#world.append([decideAttempt(state, this.#parts(deliveryId), place)]);
    return undefined;
  }

  #outcome(deliveryId: string): unknown {
    const state = this.#states.get(deliveryId);
    if (state?.phase !== 'attempting') return undefined;
    const place = this.#place(deliveryId);
    if (this.#world.dice.chance(2)) {
      const data = { part: state.part, reason: 'the bot ended before it knew' };
      const cause = String(state.attempts);
      return this.#world.append([deliveryEvent('delivery.ambiguous', data, place, cause)]);
    }
    this.#messages += 1;
    const taken: CallOutcome = { kind: 'taken', messageId: String(this.#messages) };
    const outcome = this.#world.dice.chance(85) ? taken : this.#world.dice.one(FAULTS);
    this.#world.append([decideOutcome(state, this.#parts(deliveryId), outcome, place)]);
    return undefined;
  }
}

const FAULTS: readonly CallOutcome[] = [
  { kind: 'again', code: 429, reason: 'Too Many Requests', afterMs: 1_000 },
  { kind: 'again', code: 500, reason: 'Internal Server Error' },
  { kind: 'perhaps', reason: 'the connection was cut' },
  { kind: 'without', pieces: ['entities'], code: 400, reason: 'cannot parse entities' },
  { kind: 'without', pieces: ['entities', 'buttons', 'file'], code: 400, reason: 'Bad Request' },
  { kind: 'refused', code: 403, reason: 'the bot was blocked' },
];
