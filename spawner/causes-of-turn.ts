import { type AgentState, correlationOf, traceparentOf } from '../core/domain/agent/agent-state.ts';
import { parseTraceparent, traceIdOf } from '../schemas/trace-context.ts';

/** What a line of the system's log says of the turn that it is about: by these, traces and events are found. */
export interface LoggedCauses {
  correlationId?: string;
  traceId?: string;
}

/** Of the turn that an agent is in; nothing between turns. */
export const causesOfTurn = (state: AgentState | undefined): LoggedCauses =>
  state === undefined
    ? {}
    : loggedCauses({ correlationId: correlationOf(state), traceparent: traceparentOf(state) });

/** As an event states them. */
export function loggedCauses({
  correlationId,
  traceparent,
}: {
  correlationId?: string | undefined;
  traceparent?: string | undefined;
}): LoggedCauses {
  const own = correlationId === undefined ? undefined : traceIdOf(correlationId);
  const traceId = parseTraceparent(traceparent)?.traceId ?? own;
  return {
    ...(correlationId !== undefined && { correlationId }),
    ...(traceId !== undefined && { traceId }),
  };
}
