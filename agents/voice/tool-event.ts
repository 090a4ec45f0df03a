import type { PublishableEvent } from '../../core/log/outgoing.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { agentEventId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import type { BegunCall } from './command-streams.ts';

/** A tool with its arguments. */
export interface CalledTool {
  tool: string;
  verb: string;
  input: Record<string, unknown>;
}

type ToolType = Extract<EventType, `tool.${string}`>;

/** A call that begins now, under an id of its own. */
export const beginTool = (agentId: string): BegunCall => ({
  id: agentEventId(agentId, 'call'),
  at: new Date(),
});

/** The event of an agent's call of a tool. */
export function toolEvent(
  agentId: string,
  { tool, verb, input }: CalledTool,
  { id, at }: BegunCall,
): PublishableEvent {
  // A tool that this version does not know is refused by the services, with a reason.
  const type = `tool.${tool}.${verb}` as ToolType;
  const source = `orchestrator/agent/${agentId}`;
  // An agent does not wait for zod: the data is for readers to validate.
  return newEvent(type, { agentId }, input as DataOf<ToolType>, { id, source, now: at });
}

/**
 * Where the result of a call is heard of, and asked for: the last message of its subject by direct
 * get (NATS ADR-31), which the agent's credential permits.
 */
export function resultPlaces(agentId: string, callId: string): { bell: string; request: string } {
  const bell = subjectOf({ family: 'result', agentId, callId });
  return { bell, request: `$JS.API.DIRECT.GET.EVENTS.${bell}` };
}
