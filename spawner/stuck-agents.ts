import type { Health } from '../platform/service/health.ts';

const CHECK = 'agents';

/**
 * Tells in the spawner's health for which agents nothing is done any more until their state is another,
 * because the same was decided again: a bug, by which one agent stands still. The spawner is well all
 * the same, for starting it again mends nothing.
 */
export class StuckAgents {
  readonly #health: Health;
  /** By agent: what was decided again. */
  readonly #stuck = new Map<string, string>();

  constructor(health: Health) {
    this.#health = health;
    this.#report();
  }

  isStuck(agentId: string, reason: string): void {
    this.#stuck.set(agentId, reason);
    this.#report();
  }

  goesOn(agentId: string): void {
    if (this.#stuck.delete(agentId)) this.#report();
  }

  #report(): void {
    const [first] = this.#stuck;
    const detail = first === undefined ? 'each is acted for' : this.#detail(...first);
    this.#health.report(CHECK, true, detail, first !== undefined);
  }

  #detail(agentId: string, reason: string): string {
    const others = this.#stuck.size > 1 ? `, and for ${this.#stuck.size - 1} more` : '';
    return `a bug: nothing is done for ${agentId}${others} until something new is stated of it, since the same was decided again (${reason}); please report it with the system log`;
  }
}
