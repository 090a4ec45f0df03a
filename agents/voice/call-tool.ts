import { OrchestratorError } from '../../schemas/errors.ts';
import { agentContext, requireTool } from './agent-context.ts';
import { asAgent } from './as-agent.ts';
import { awaitResult } from './await-result.ts';
import type { CommandStreams } from './command-streams.ts';
import { Deadline } from './deadline.ts';
import { publishStored } from './publish-stored.ts';
import { logToolCall } from './telemetry.ts';
import { beginTool, type CalledTool, resultPlaces, toolEvent } from './tool-event.ts';
import { toolResultValue } from './tool-result.ts';

export interface ToolCall extends CalledTool {
  timeoutMs: number;
}

/** Calls a tool and waits for its result. Throws the result's error, and ORC_TIMED_OUT. */
export async function callTool(call: ToolCall, streams: CommandStreams): Promise<unknown> {
  const context = agentContext(streams.env);
  const { agentId } = context;
  const { tool, verb } = call;
  requireTool(context, tool);
  const begun = streams.begun ?? beginTool(agentId);
  if (streams.begun === undefined) {
    logToolCall(streams.stderr, `${tool}.${verb}`, agentId, begun.at);
  }
  const event = toolEvent(agentId, call, begun);
  const places = resultPlaces(agentId, begun.id);
  const deadline = new Deadline(call.timeoutMs);
  const payload = await asAgent(context, deadline, async (nc) => {
    const result = awaitResult(nc, places, deadline.signal, streams.begun && 1);
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
