import type { AgentContext } from '../../agents/voice/agent-context.ts';
import { readCredentials } from '../../core/log/credentials.ts';
import type { HistoryEntry } from '../../core/operator/history-entry.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { agentEventId } from '../../schemas/ids.ts';
import { answerOf } from './answer-of-api.ts';
import { proofHeaders } from './proof-headers.ts';

/** What of its own history an agent asks for, as `GET /own-history` takes it. */
export type OwnHistoryAsked = Readonly<
  Record<'grep' | 'from' | 'to' | 'limit', string | undefined>
>;

/**
 * What this agent was told, and what it has said, called and printed: asked of the HTTP API by its own credential, for
 * NATS lets it read nothing of the log. Throws ORC_NOT_REACHABLE, ORC_CREDS, and the error of the API's problem.
 */
export async function ownHistory(
  api: string | undefined,
  { agentId, credentials }: AgentContext,
  asked: OwnHistoryAsked,
  timeoutMs: number,
): Promise<HistoryEntry[]> {
  if (api === undefined) {
    throw new OrchestratorError('ORC_NOT_REACHABLE', 'ORCHESTRATOR_API_URL is not set', {
      cure: 'The log is asked over the HTTP API: whoever runs the system sets ORCHESTRATOR_API_URL for agents.',
    });
  }
  if (credentials === undefined) throw new OrchestratorError('ORC_CREDS');
  const url = new URL(`${api}/own-history`);
  for (const [name, value] of Object.entries(asked)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const path = url.pathname + url.search;
  const id = agentEventId(agentId, 'history');
  const proven = { method: 'GET', path, body: '', id } as const;
  const headers = proofHeaders(readCredentials(credentials), proven, new Date());
  const signal = AbortSignal.timeout(Math.ceil(timeoutMs));
  // As the route answers (schemas/http/http-routes.ts).
  const answer = (await answerOf(url, { headers, signal }, api)) as { entries: HistoryEntry[] };
  return answer.entries;
}
