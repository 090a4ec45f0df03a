import { agentContext, requireTool } from '../../agents/voice/agent-context.ts';
import {
  askAndWait,
  type QuestionAnswer,
  type WaitingQuestion,
} from '../../agents/voice/ask-and-wait.ts';
import type { CommandStreams } from '../../agents/voice/command-streams.ts';
import { Deadline } from '../../agents/voice/deadline.ts';
import { begin } from '../../agents/voice/statement-event.ts';
import { logToolCall } from '../../agents/voice/telemetry.ts';
import { isUnreachable } from '../../core/log/passing-error.ts';
import { retry } from '../../platform/async/retry.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { apiUrl } from './api-url.ts';

/** How long the system may take to say that the person's time is over. */
const GRACE_MS = 60_000;

/**
 * Asks the user and waits for the answer: by NATS where that answers, else by the HTTP API where
 * ORCHESTRATOR_API_URL is set. The way is chosen once, so that it is one question. Throws as
 * `askAndWait` does.
 */
export async function askAnyway(
  question: WaitingQuestion,
  streams: Pick<CommandStreams, 'env' | 'stderr'>,
): Promise<QuestionAnswer> {
  const api = apiUrl(streams.env);
  if (api === undefined) return askAndWait(question, streams);
  const context = agentContext(streams.env);
  requireTool(context, 'respond');
  const deadline = new Deadline(question.waitMs + GRACE_MS);
  const { knock } = await import('./by-either.ts');
  if ((await knock(context, deadline)) === undefined) return askAndWait(question, streams);
  const { awaitTool } = await import('./post-tool.ts');
  const { id, at } = begin(context.agentId, { name: 'question' });
  logToolCall(streams.stderr, 'ask', context.agentId, at);
  const { text, options = [], waitMs } = question;
  const data = { text, waitMs, ...(options.length > 0 && { options }) };
  const asked = { api, context, tool: 'ask', data, id };
  const result = await retry(() => awaitTool(asked, deadline.leftMs), {
    isPassing: isUnreachable,
    patienceMs: deadline.leftMs,
  });
  if (result.state !== 'done')
    throw new OrchestratorError('ORC_TIMED_OUT', 'Nobody answered in time');
  return { questionId: id, answer: String(Object(result.value).answer ?? '') };
}
