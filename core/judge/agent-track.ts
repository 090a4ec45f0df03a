import type { StoredEvent } from '../../schemas/event.ts';
import {
  type AgentState,
  type EndedAgent,
  unknownAgent,
  waiting,
} from '../domain/agent/agent-state.ts';
import type { AgentTraits } from '../domain/agent/agent-traits.ts';
import { type Overflowed, overflowedBy } from '../domain/agent/command/overflow.ts';

/** How agents may behave; which an agent's is, is no event: its kind and the settings said it then. */
const ALL_TRAITS: readonly AgentTraits[] = (['join', 'queue'] as const).flatMap((whileBusy) =>
  (['signal', 'response'] as const).flatMap((endOfTurn) =>
    [false, true].map((lastWords) => ({ whileBusy, endOfTurn, lastWords })),
  ),
);

/** So many states are looked at for one decision: who decides on an earlier one has not looked for long. */
const MOST_STATES = 64;

/**
 * An agent as its owner may have seen it. Whoever decides has folded the own last decision, and some of what came since:
 * an append is refused where a fact of the process came meanwhile, and not where the agent went on talking.
 */
export class AgentTrack {
  readonly agentId: string;
  /** Since the last decision, the newest last. */
  #states: AgentState[];
  /** Those by which all decisions of this owner are what they are. */
  traits: readonly AgentTraits[] = ALL_TRAITS;
  /** What the state has no room for. */
  overflowed: Overflowed[] = [];
  #archived: EndedAgent | undefined;
  /** When something was last stated of it, in milliseconds. */
  lastAt = 0;

  constructor(agentId: string) {
    this.agentId = agentId;
    this.#states = [unknownAgent(agentId)];
  }

  get state(): AgentState {
    return this.#states.at(-1) ?? unknownAgent(this.agentId);
  }

  /** The newest first; of one that had left the state, as the log tells it. */
  *seen(): Generator<AgentState> {
    for (const state of this.#states.toReversed()) {
      yield state;
      const past = this.#recalled(state);
      if (past) yield past;
    }
  }

  #recalled(state: AgentState): AgentState | undefined {
    const past = this.#archived;
    if (past === undefined) return undefined;
    if (state.phase !== 'unknown' && state.phase !== 'requested') return undefined;
    const created =
      state.phase === 'requested' ? [{ commandId: state.createdBy, name: 'create' as const }] : [];
    return { ...past, ...waiting(state), controls: [...created, ...state.controls] };
  }

  /** @param isDecision its owner decided this: what is decided next is decided on it */
  follow(state: AgentState | undefined, event: StoredEvent | undefined, isDecision: boolean): void {
    const next = state ?? unknownAgent(this.agentId);
    const last = this.state;
    if (event?.type === 'process.archived' && last.phase === 'ended') this.#archived = last;
    if (event?.type === 'process.starting') this.traits = ALL_TRAITS;
    this.#overflow(last, next, event);
    if (isDecision) this.#states = [next];
    else if (next !== last) this.#states = [...this.#states, next].slice(-MOST_STATES);
  }

  #overflow(last: AgentState, next: AgentState, event: StoredEvent | undefined): void {
    const { overflow } = next;
    if (overflow === undefined) {
      this.overflowed = [];
      return;
    }
    this.overflowed = this.overflowed.filter(({ sequence }) => sequence >= overflow.from);
    const one = event && overflowedBy(last, overflow, event);
    if (one) this.overflowed.push(one);
  }
}
