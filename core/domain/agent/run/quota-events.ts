import type { NewEvent } from '../../../../schemas/event.ts';
import { agentEvent, type EventContext, ofRun } from '../agent-event.ts';
import { correlationOf, type LiveAgent, traceparentOf } from '../agent-state.ts';
import { refuseQuestionEvents } from '../turn/question-events.ts';
import { resultEvent } from '../turn/result-event.ts';
import type { Excess, Quotas } from './quota.ts';

/** It is not heard from here on. */
export function mutedEvents(state: LiveAgent, excess: Excess, context: EventContext): NewEvent[] {
  const { runId } = state.run;
  const data = { runId, code: 'ORC_QUOTA', ...excess };
  const cause = { ...ofRun(state), id: `${runId}:${context.now.toISOString()}` };
  return [agentEvent(state.agentId, 'process.muted', data, cause, context)];
}

export function unmutedEvents(state: LiveAgent, context: EventContext): NewEvent[] {
  const { runId } = state.run;
  const cause = { ...ofRun(state), id: `${runId}:${state.muted?.at}` };
  return [agentEvent(state.agentId, 'process.unmuted', { runId }, cause, context)];
}

/** Results that go out at once; the rest follows. */
const AT_ONCE = 100;

/** Calls and questions that are too many have their outcome before anything else is done. */
export function refusalEvents(
  state: LiveAgent,
  { calls, questions }: Quotas,
  context: EventContext,
): NewEvent[] {
  const { agentId } = state;
  const { now } = context;
  const because = { correlationId: correlationOf(state), traceparent: traceparentOf(state) };
  const refused = { ok: false, code: 'ORC_QUOTA', message: tooMany('calls', calls) } as const;
  const tooManyCalls = state.calls
    .slice(calls, calls + AT_ONCE)
    .map((call) =>
      resultEvent(agentId, call, refused, { source: 'orchestrator/tools', now, ...because }),
    );
  if (tooManyCalls.length > 0) return tooManyCalls;
  const open = (state.questions ?? []).filter(({ answer, overdue }) => !answer && !overdue);
  const [question] = open.slice(questions);
  if (question === undefined) return [];
  return refuseQuestionEvents(state, question, tooMany('questions', questions), context);
}

const tooMany = (what: string, quota: number): string =>
  `${quota} ${what} of this agent wait already, which is as many as may`;
