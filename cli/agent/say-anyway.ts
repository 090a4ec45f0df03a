import { agentContext, requireTool } from '../../agents/voice/agent-context.ts';
import type { CommandStreams } from '../../agents/voice/command-streams.ts';
import { type Said, type Statement, say } from '../../agents/voice/say.ts';
import { begin } from '../../agents/voice/statement-event.ts';
import { logToolCall } from '../../agents/voice/telemetry.ts';
import { apiUrl } from './api-url.ts';

/**
 * Says something by NATS, and by the HTTP API where that cannot be reached and ORCHESTRATOR_API_URL is set:
 * under one id, so that it is stored once. Throws as `say` does.
 */
export async function sayAnyway(statement: Statement, streams: CommandStreams): Promise<Said> {
  const api = apiUrl(streams.env);
  if (api === undefined) return say(statement, streams);
  const context = agentContext(streams.env);
  if (statement.tool) requireTool(context, statement.tool);
  const { agentId } = context;
  const begun = streams.begun ?? begin(agentId, statement);
  if (streams.begun === undefined) logToolCall(streams.stderr, statement.call, agentId, begun.at);
  const { byEither } = await import('./by-either.ts');
  const { family, name, data, timeoutMs } = statement;
  return byEither({
    context,
    timeoutMs,
    byNats: (leftMs) => {
      const { env, stdin, stdout, stderr } = streams;
      return say({ ...statement, timeoutMs: leftMs }, { env, stdin, stdout, stderr, begun });
    },
    byHttp: async (leftMs) => {
      const { postTool } = await import('./post-tool.ts');
      const { statingToolOf } = await import('../../schemas/agent-tools.ts');
      const tool = statingToolOf(`${family}.${name}`);
      const { id, sequence } = await postTool({ api, context, tool, data, id: begun.id }, leftMs);
      return { id, sequence };
    },
  });
}
