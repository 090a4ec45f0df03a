/** How a kind of agent behaves, as far as turns depend on it. Its factory says it. */
export interface AgentTraits {
  /** A message during a running turn: written at once and merged, or kept for the next turn. */
  whileBusy: 'join' | 'queue';
  /** What ends a turn: the agent's signal (`orchestrator turn end`), or its answer or question. */
  endOfTurn: 'signal' | 'response';
  /** Whether its user gets what it said last where it did not answer (ORCHESTRATOR_LAST_WORDS). */
  lastWords?: boolean;
  /** So many messages may wait for it; none is refused without (ORCHESTRATOR_QUEUE_MESSAGES). */
  maxQueue?: number;
}
