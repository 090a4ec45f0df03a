import { agentContext, requireTool } from '../../agents/voice/agent-context.ts';
import { callTool, type ToolCall } from '../../agents/voice/call-tool.ts';
import type { CommandStreams } from '../../agents/voice/command-streams.ts';
import { logToolCall } from '../../agents/voice/telemetry.ts';
import { beginTool } from '../../agents/voice/tool-event.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { apiUrl } from './api-url.ts';

/**
 * Calls a tool by NATS, and by the HTTP API where that cannot be reached and ORCHESTRATOR_API_URL is set:
 * under one id, so that it is done once. Throws as `callTool` does.
 */
export async function callAnyway(call: ToolCall, streams: CommandStreams): Promise<unknown> {
  const api = apiUrl(streams.env);
  if (api === undefined) return callTool(call, streams);
  const context = agentContext(streams.env);
  requireTool(context, call.tool);
  const { agentId } = context;
  const { tool, verb, input, timeoutMs } = call;
  const begun = streams.begun ?? beginTool(agentId);
  if (streams.begun === undefined) {
    logToolCall(streams.stderr, `${tool}.${verb}`, agentId, begun.at);
  }
  const { byEither } = await import('./by-either.ts');
  return byEither({
    context,
    timeoutMs,
    byNats: (leftMs) => {
      const { env, stdin, stdout, stderr } = streams;
      return callTool({ ...call, timeoutMs: leftMs }, { env, stdin, stdout, stderr, begun });
    },
    byHttp: async (leftMs) => {
      const { awaitTool } = await import('./post-tool.ts');
      const posted = { api, context, tool: `${tool}.${verb}`, data: input, id: begun.id };
      const result = await awaitTool(posted, leftMs);
      if (result.state === 'done') return result.value;
      const what = `${tool} ${verb} had no result within ${timeoutMs / 1000} s`;
      throw new OrchestratorError('ORC_TIMED_OUT', what, {
        cure: 'It may still be done; look before you call it again.',
      });
    },
  });
}
