import type { ErrorCode } from '../../../../schemas/errors.ts';
import type { NewEvent } from '../../../../schemas/event.ts';
import type { DataOf } from '../../../../schemas/event-catalogue.ts';
import { newEvent } from '../../../../schemas/new-event.ts';

/** What a call of an agent comes to. */
export type CallOutcome =
  | { ok: true; value: unknown }
  | { ok: false; code: ErrorCode; message: string };

/** What a result is of: a call or a question, under the id that its agent gave it. */
export interface Asked {
  callId: string;
  /** Its place in the log. */
  sequence: number;
}

export interface ResultMeta {
  source: string;
  now: Date;
  /** The message whose turn asked. */
  correlationId: string | undefined;
  traceparent?: string | undefined;
  /** What it is the outcome of; the call itself without. */
  causationId?: string;
}

/** The result of a tool call, or of a question that somebody waits for. */
export function resultEvent(
  agentId: string,
  { callId, sequence }: Asked,
  outcome: CallOutcome,
  { causationId = callId, ...meta }: ResultMeta,
): NewEvent {
  const data = outcome.ok
    ? { ok: true as const, callId, value: outcome.value }
    : { ok: false as const, callId, error: { code: outcome.code, message: outcome.message } };
  // An agent chooses its ids, and may give one twice: each time it has a result of its own.
  const id = `result:${callId}:${sequence}`;
  // A tool's value is what JSON can hold.
  const result = data as DataOf<'result'>;
  return newEvent('result', { agentId, callId }, result, { id, ...meta, causationId });
}
