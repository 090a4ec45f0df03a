import type { AgentContext } from '../../agents/voice/agent-context.ts';
import { asAgent } from '../../agents/voice/as-agent.ts';
import { Deadline } from '../../agents/voice/deadline.ts';
import { isUnreachable } from '../../core/log/passing-error.ts';
import { pause } from '../../platform/async/delay.ts';
import { OrchestratorError } from '../../schemas/errors.ts';

export interface ByEither<T> {
  context: AgentContext;
  timeoutMs: number;
  byNats: (leftMs: number) => Promise<T>;
  byHttp: (leftMs: number) => Promise<T>;
}

/** How long a server of NATS may take to answer at all, before the other way is tried. */
const KNOCK_MS = 2_000;

/** Between two rounds over both ways. */
const ROUND_MS = 250;

/**
 * Does it by NATS where that answers, else by HTTP, and both again until one has done it or the time is
 * over: a system that restarts has neither for a moment. What either does must be harmless to repeat
 * under the same id. Throws what is refused; ORC_NOT_REACHABLE where neither was there.
 */
export async function byEither<T>({ context, timeoutMs, byNats, byHttp }: ByEither<T>): Promise<T> {
  const deadline = new Deadline(timeoutMs);
  for (;;) {
    const noNats = await knock(context, deadline);
    // Once a server is there it has the time: a call may take long, and its end is not the server's.
    if (noNats === undefined) return byNats(deadline.leftMs);
    const [noHttp, value] = await done(() => byHttp(deadline.leftMs));
    if (noHttp === undefined) return value;
    if (deadline.signal.aborted) throw neither(noNats, noHttp);
    await pause(ROUND_MS, deadline.signal);
    if (deadline.signal.aborted) throw neither(noNats, noHttp);
  }
}

/** Why NATS does not answer; undefined where it does. Rejects with why it refuses. */
export async function knock(
  context: AgentContext,
  { leftMs }: Pick<Deadline, 'leftMs'>,
): Promise<OrchestratorError | undefined> {
  const patience = new Deadline(Math.min(KNOCK_MS, leftMs));
  const [reason] = await done(() => asAgent(context, patience, async () => undefined));
  return reason;
}

/** Rejects with whatever says more than that nobody was there. */
async function done<T>(
  work: () => Promise<T>,
): Promise<[failure: undefined, value: T] | [failure: OrchestratorError, value?: undefined]> {
  try {
    return [undefined, await work()];
  } catch (error) {
    const isAway = isUnreachable(error) && error.code === 'ORC_NOT_REACHABLE';
    if (isAway) return [error];
    throw error;
  }
}

const neither = (noNats: OrchestratorError, noHttp: OrchestratorError): OrchestratorError =>
  new OrchestratorError('ORC_NOT_REACHABLE', `${noNats.message}; ${noHttp.message}`, {
    cure: 'It may have been sent nevertheless: look before you send it again.',
  });
