/** An event of an agent, as far as a message's turn is told by it. */
export interface TurnNews {
  type: string;
  data: object;
}

/** What an event means for who waits for a message's turn. */
export type Meaning = 'said' | 'ended' | 'failed' | 'rejected' | 'nothing';

/** Follows the one turn that a message belongs to. Pure, but for what it remembers. */
export class TurnOfMessage {
  readonly #commandId: string;
  #turnId: unknown;

  /** @param turnId where that is known already */
  constructor(commandId: string, turnId?: string) {
    this.#commandId = commandId;
    this.#turnId = turnId;
  }

  get turnId(): string | undefined {
    return typeof this.#turnId === 'string' ? this.#turnId : undefined;
  }

  /** To be called with each event of the agent, in order, from the message on. */
  take({ type, data }: TurnNews): Meaning {
    const mine = 'commandId' in data && data.commandId === this.#commandId;
    if (mine && type === 'process.rejected') return 'rejected';
    if (mine && 'turnId' in data) this.#turnId = data.turnId;
    if (this.turnId === undefined) return 'nothing';
    if (type === 'response.answer' || type === 'response.question') return 'said';
    if (!('turnId' in data) || data.turnId !== this.#turnId) return 'nothing';
    if (type === 'turn.failed') return 'failed';
    return type === 'turn.ended' ? 'ended' : 'nothing';
  }
}
