import { unknownAgent } from '../../core/domain/agent/agent-state.ts';
import { evolveAgent } from '../../core/domain/agent/evolve-agent.ts';
import { initialSystem, type SystemState } from '../../core/domain/system-state.ts';
import { READY, stopAsked, stopped, stopping } from './agent-events.ts';

const ENDED = [...READY, stopAsked, stopping, stopped];

/** The id of the nth agent, from 1. */
export const nthAgent = (nth: number): string => `agent-${nth.toString(16).padStart(12, '0')}`;

/** What is folded of so many agents, of which every `livesEach`th lives and the others have ended. */
export function manyAgents(count: number, livesEach: number): SystemState {
  const state = initialSystem();
  state.sequence = count * ENDED.length;
  for (let nth = 1; nth <= count; nth += 1) {
    const agentId = nthAgent(nth);
    const events = nth % livesEach === 0 ? READY : ENDED;
    state.agents.set(agentId, events.reduce(evolveAgent, unknownAgent(agentId)));
  }
  return state;
}
