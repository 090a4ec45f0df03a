import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import { type AgentState, isLive } from '../domain/agent/agent-state.ts';
import { nextAwaitStep } from '../domain/agent/turn/next-turn-step.ts';
import { awaitAnswerEvents } from '../domain/agent/turn/question-events.ts';

/** The clock that is set for a question once it is heard: nothing but its ring stands in the log. */
export function openClocks(state: AgentState, { sequence, time }: StoredEvent): NewEvent[] {
  if (!isLive(state)) return [];
  const step = nextAwaitStep(state, (each) => each !== sequence);
  const context = { now: new Date(time), node: '' };
  return step?.do === 'await-answer' ? awaitAnswerEvents(state, step.question, context) : [];
}
