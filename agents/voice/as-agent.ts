import type { NatsConnection } from '@nats-io/transport-node';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { isUnreachable } from '../../core/log/passing-error.ts';
import { delay } from '../../platform/async/delay.ts';
import { within } from '../../platform/async/within.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { AgentContext } from './agent-context.ts';
import type { Deadline } from './deadline.ts';

const ATTEMPT_MS = 5_000;

/** How long to wait for credentials that are being renewed: in a container they are away for a moment. */
const RENEWAL_MS = 100;

/** How long past the deadline an attempt to connect may take to tell why it failed. */
const LAST_WORD_MS = 250;

/**
 * Connects as the agent, waiting for a server that is gone, and does `work`, all within the
 * deadline; again on a new connection where the client has given the first one up. So what `work`
 * does must be harmless to repeat. Throws what connecting says (ORC_NOT_REACHABLE, ORC_CREDS,
 * ORC_CREDS_EXPIRED, ORC_NOT_PERMITTED) and what `work` throws.
 */
export async function asAgent<T>(
  context: AgentContext,
  deadline: Deadline,
  work: (nc: NatsConnection) => Promise<T>,
): Promise<T> {
  for (;;) {
    const { nc } = await connectAgent(context, deadline);
    try {
      return await work(nc);
    } catch (error) {
      // The client closes a connection whose credentials the server refuses. The next attempt tells why.
      if (!nc.isClosed() || deadline.signal.aborted) throw error;
    } finally {
      // A flush would wait for a server that hangs, and everything is acknowledged by now.
      await nc.close();
    }
  }
}

async function connectAgent(context: AgentContext, deadline: Deadline): Promise<LogConnection> {
  try {
    return await connectOnce(context, deadline);
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== 'ORC_CREDS') throw error;
    await delay(Math.min(RENEWAL_MS, deadline.leftMs));
    return connectOnce(context, deadline);
  }
}

async function connectOnce(context: AgentContext, deadline: Deadline): Promise<LogConnection> {
  const { agentId, url, credentials } = context;
  const connecting = connectLog({
    url,
    credentials,
    name: `orchestrator/agent/${agentId}`,
    inboxPrefix: `_INBOX_${agentId}`,
    timeoutMs: Math.min(ATTEMPT_MS, deadline.leftMs),
    waitOnFirstConnect: true,
    signal: deadline.signal,
  }).catch((error: unknown) => {
    throw isUnreachable(error) ? nothingSent(error.message) : error;
  });
  const late = () => nothingSent(`NATS at ${url} does not answer`);
  return within(deadline.leftMs + LAST_WORD_MS, connecting, late);
}

const nothingSent = (what: string): OrchestratorError =>
  new OrchestratorError('ORC_NOT_REACHABLE', what, {
    cure: 'Nothing was sent: try again later.',
  });
