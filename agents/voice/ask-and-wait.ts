import { OrchestratorError } from '../../schemas/errors.ts';
import { agentEventId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { agentContext, requireTool } from './agent-context.ts';
import { asAgent } from './as-agent.ts';
import { awaitResult } from './await-result.ts';
import type { CommandStreams } from './command-streams.ts';
import { Deadline } from './deadline.ts';
import { publishStored } from './publish-stored.ts';
import { logToolCall } from './telemetry.ts';
import { resultPlaces } from './tool-event.ts';
import { toolResultValue } from './tool-result.ts';

export interface WaitingQuestion {
  text: string;
  options?: readonly string[];
  /** How long the person may take. */
  waitMs: number;
}

export interface QuestionAnswer {
  questionId: string;
  answer: string;
}

/** How long the system may take to say that the person's time is over. */
const GRACE_MS = 60_000;

/**
 * Asks the user and waits for the answer, through restarts of everything but itself: the question
 * is stored once, its outcome is read from the log. Throws ORC_TIMED_OUT where nobody answered.
 */
export async function askAndWait(
  question: WaitingQuestion,
  streams: Pick<CommandStreams, 'env' | 'stderr'>,
): Promise<QuestionAnswer> {
  const context = agentContext(streams.env);
  requireTool(context, 'respond');
  const { agentId } = context;
  const now = new Date();
  logToolCall(streams.stderr, 'ask', agentId, now);
  const questionId = agentEventId(agentId, 'question');
  const { text, options, waitMs } = question;
  const data = { text, waitMs, ...(options && options.length > 0 && { options: [...options] }) };
  const source = `orchestrator/agent/${agentId}`;
  const event = newEvent('response.question', { agentId }, data, { id: questionId, source, now });
  const places = resultPlaces(agentId, questionId);
  const deadline = new Deadline(waitMs + GRACE_MS);
  let stored = false;
  const payload = await asAgent(context, deadline, async (nc) => {
    const result = awaitResult(nc, places, deadline.signal);
    result.catch(() => undefined);
    // A question that is published again on a later connection could be stored twice: the server may have forgotten its id.
    if (!stored) await publishStored(nc, event, deadline);
    stored = true;
    return result;
  });
  if (payload === undefined)
    throw new OrchestratorError('ORC_TIMED_OUT', 'Nobody answered in time');
  return { questionId, answer: answerIn(toolResultValue(payload)) };
}

/** The value of a question's result, as the spawner states it. */
function answerIn(value: unknown): string {
  const isAnswer = typeof value === 'object' && value !== null && 'answer' in value;
  return isAnswer && typeof value.answer === 'string' ? value.answer : '';
}
