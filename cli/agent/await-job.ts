import { agentContext, requireTool } from '../../agents/voice/agent-context.ts';
import { asAgent } from '../../agents/voice/as-agent.ts';
import { awaitResult } from '../../agents/voice/await-result.ts';
import type { CommandStreams } from '../../agents/voice/command-streams.ts';
import { Deadline } from '../../agents/voice/deadline.ts';
import { resultPlaces } from '../../agents/voice/tool-event.ts';
import { toolResultValue } from '../../agents/voice/tool-result.ts';
import { OrchestratorError } from '../../schemas/errors.ts';

/**
 * What a job of this agent came to, through restarts of everything but itself: its end is a stored
 * result. Throws the error that it ended with, and ORC_TIMED_OUT while it goes on.
 */
export async function awaitJob(
  jobId: string,
  timeoutMs: number,
  { env }: Pick<CommandStreams, 'env'>,
  tool = 'job',
): Promise<unknown> {
  const context = agentContext(env);
  requireTool(context, tool);
  const places = resultPlaces(context.agentId, jobId);
  const deadline = new Deadline(timeoutMs);
  const payload = await asAgent(context, deadline, (nc) =>
    awaitResult(nc, places, deadline.signal, 1),
  );
  if (payload !== undefined) return toolResultValue(payload);
  const what = `Job ${jobId} has not ended within ${timeoutMs / 1000} s, and goes on`;
  throw new OrchestratorError('ORC_TIMED_OUT', what, {
    cure: `\`orchestrator job wait ${jobId}\` waits on; once your turn is over its end opens one.`,
  });
}
