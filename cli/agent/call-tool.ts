import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { ERRORS, type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';
import { newId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { agentContext, connectAgent, requireTool } from './agent-context.ts';
import type { CommandStreams } from './command-streams.ts';
import { publishStored } from './publish-stored.ts';
import { logToolCall } from './telemetry.ts';

export interface ToolCall {
  tool: string;
  verb: string;
  input: Record<string, unknown>;
  timeoutMs: number;
}

/** A result that came while nobody listened (a reconnect) is looked for this often. */
const LOOK_AGAIN_MS = 2_000;

/** Calls a tool and waits for its result. Throws the result's error, and ORC_TIMED_OUT. */
export async function callTool(call: ToolCall, streams: CommandStreams): Promise<unknown> {
  const context = agentContext(streams.env);
  const { agentId } = context;
  const { tool, verb } = call;
  requireTool(context, tool);
  const now = new Date();
  logToolCall(streams.stderr, `${tool}.${verb}`, agentId, now);
  const callId = newId('call');
  const event = {
    id: callId,
    type: `tool.${tool}.${verb}`,
    source: `orchestrator/agent/${agentId}`,
    time: now.toISOString(),
    subject: subjectOf({ family: 'tool', agentId, tool, verb }),
    data: call.input,
  };
  const signal = AbortSignal.timeout(call.timeoutMs);
  const connection = await connectAgent(context, signal);
  try {
    const result = untilResult(connection.nc, agentId, callId, signal);
    // Where the call itself is refused, nobody waits for its result.
    result.catch(() => undefined);
    await publishStored(connection, event, signal);
    return resultValue(await result, call);
  } finally {
    await connection.close();
  }
}

async function untilResult(
  nc: NatsConnection,
  agentId: string,
  callId: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const subject = subjectOf({ family: 'result', agentId, callId });
  const subscription = nc.subscribe(subject, { max: 1 });
  const heard = (async () => {
    for await (const message of subscription) return message.data;
    return undefined;
  })();
  try {
    while (!signal.aborted) {
      const looked = delay(LOOK_AGAIN_MS, 'look' as const, { signal }).catch(() => undefined);
      const first = await Promise.race([heard, looked]);
      if (first instanceof Uint8Array) return first;
      const stored = first === 'look' ? await storedResult(nc, subject) : undefined;
      if (stored) return stored;
    }
    return undefined;
  } finally {
    subscription.unsubscribe();
  }
}

/** Direct get of the last message of the subject (NATS ADR-31); the agent's credential permits it. */
async function storedResult(nc: NatsConnection, subject: string): Promise<Uint8Array | undefined> {
  try {
    const reply = await nc.request(`$JS.API.DIRECT.GET.EVENTS.${subject}`, '', { timeout: 1000 });
    return reply.headers?.code === 404 ? undefined : reply.data;
  } catch {
    return undefined;
  }
}

function resultValue(
  payload: Uint8Array | undefined,
  { tool, verb, timeoutMs }: ToolCall,
): unknown {
  if (payload === undefined) {
    const what = `${tool} ${verb} had no result within ${timeoutMs / 1000} s`;
    throw new OrchestratorError('ORC_TIMED_OUT', what, {
      cure: 'It may still be done; look before you call it again.',
    });
  }
  const result: unknown = JSON.parse(Buffer.from(payload).toString());
  if (isFailure(result)) {
    const { code, message } = result.error;
    throw new OrchestratorError(isErrorCode(code) ? code : 'ORC_INTERNAL', message);
  }
  return typeof result === 'object' && result !== null && 'value' in result
    ? result.value
    : undefined;
}

/** The shape of `result` in schemas/events/tool.ts, told without zod. */
function isFailure(result: unknown): result is { error: { code: string; message: string } } {
  return typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
