const MAX_ENDED = 1_000;

/** The last turns that have ended: a status that comes late is not for them. */
export class EndedTurns {
  readonly #ended = new Set<string>();

  note(turnId: string): void {
    this.#ended.add(turnId);
    const [oldest] = this.#ended;
    if (this.#ended.size > MAX_ENDED && oldest !== undefined) this.#ended.delete(oldest);
  }

  has(turnId: string): boolean {
    return this.#ended.has(turnId);
  }
}
