import type { AgentContext } from '../../agents/voice/agent-context.ts';
import { readCredentials } from '../../core/log/credentials.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { answerOf } from './answer-of-api.ts';
import { proofHeaders } from './proof-headers.ts';

/** What an agent has the HTTP API do in its name. */
export interface PostedTool {
  /** Of the API, without a slash at the end. */
  api: string;
  context: AgentContext;
  /** `answer`, `project.list`, … */
  tool: string;
  data: unknown;
  /** Of its event. */
  id: string;
}

export interface PostedResult {
  id: string;
  sequence: number;
  state: 'stored' | 'done';
  value?: unknown;
}

/** The longest that the API waits for a result at a time, seconds (`Prefer: wait`). */
const LONGEST_WAIT_S = 600;

/** What an answer may take beyond what is waited for in it. */
const ANSWER_MS = 5_000;

/**
 * Posts it once, signed by the agent's own key; a result is waited for as long as `waitMs`. Throws
 * ORC_NOT_REACHABLE where nobody answers, ORC_CREDS where the agent has no credential, and the error of
 * the API's problem.
 */
export async function postTool(
  { api, context, tool, data, id }: PostedTool,
  timeoutMs: number,
  waitMs = 0,
): Promise<PostedResult> {
  if (context.credentials === undefined) throw new OrchestratorError('ORC_CREDS');
  const credential = readCredentials(context.credentials);
  const url = new URL(`${api}/tools/${tool}`);
  const body = JSON.stringify(data);
  const headers = {
    'content-type': 'application/json',
    ...proofHeaders(credential, { path: url.pathname, body, id }, new Date()),
    ...(waitMs > 0 && { prefer: `wait=${Math.ceil(waitMs / 1000)}` }),
  };
  const patience = Math.ceil(Math.min(timeoutMs, waitMs + ANSWER_MS));
  const asked = { method: 'POST', headers, body, signal: AbortSignal.timeout(patience) };
  const answer = await answerOf(url, asked, api);
  // As `POST /tools/{tool}` answers (schemas/http/http-routes.ts); an agent does not wait for zod.
  return answer as PostedResult;
}

/** As {@link postTool}, again under the same id until the result is there or the time is over. */
export async function awaitTool(posted: PostedTool, timeoutMs: number): Promise<PostedResult> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const leftMs = Math.max(1, end - performance.now());
    const waitMs = Math.min(leftMs, LONGEST_WAIT_S * 1000);
    const result = await postTool(posted, leftMs + ANSWER_MS, waitMs);
    if (result.state === 'done' || performance.now() >= end) return result;
  }
}
