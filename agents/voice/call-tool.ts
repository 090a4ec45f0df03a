import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { agentEventId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { agentContext, requireTool } from './agent-context.ts';
import { asAgent } from './as-agent.ts';
import { awaitResult } from './await-result.ts';
import type { CommandStreams } from './command-streams.ts';
import { Deadline } from './deadline.ts';
import { publishStored } from './publish-stored.ts';
import { logToolCall } from './telemetry.ts';
import { toolResultValue } from './tool-result.ts';

type ToolType = Extract<EventType, `tool.${string}`>;

export interface ToolCall {
  tool: string;
  verb: string;
  input: Record<string, unknown>;
  timeoutMs: number;
}

/** Calls a tool and waits for its result. Throws the result's error, and ORC_TIMED_OUT. */
export async function callTool(call: ToolCall, streams: CommandStreams): Promise<unknown> {
  const context = agentContext(streams.env);
  const { agentId } = context;
  const { tool, verb } = call;
  requireTool(context, tool);
  const now = new Date();
  logToolCall(streams.stderr, `${tool}.${verb}`, agentId, now);
  const callId = agentEventId(agentId, 'call');
  // A tool that this version does not know is refused by the services, with a reason.
  const type = `tool.${tool}.${verb}` as ToolType;
  const event = newEvent(type, { agentId }, call.input as DataOf<ToolType>, {
    id: callId,
    source: `orchestrator/agent/${agentId}`,
    now,
  });
  const subject = subjectOf({ family: 'result', agentId, callId });
  const deadline = new Deadline(call.timeoutMs);
  const payload = await asAgent(context, deadline, async (nc) => {
    const result = awaitResult(nc, subject, deadline.signal);
    // When the call is refused, nobody awaits its result; a rejection of that is none of ours.
    result.catch(() => undefined);
    await publishStored(nc, event, deadline);
    return result;
  });
  if (payload !== undefined) return toolResultValue(payload);
  const what = `${tool} ${verb} had no result within ${call.timeoutMs / 1000} s`;
  throw new OrchestratorError('ORC_TIMED_OUT', what, {
    cure: 'It may still be done; look before you call it again.',
  });
}
