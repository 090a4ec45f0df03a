import type { ErrorCode } from '../../../../schemas/errors.ts';
import type { NewEvent, NewEventOf } from '../../../../schemas/event.ts';
import { subjectOf } from '../../../../schemas/subjects.ts';

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

/** The result of a tool call, or of a question that somebody waits for. */
export function resultEvent(
  agentId: string,
  { callId, sequence }: Asked,
  outcome: CallOutcome,
  { source, now, causationId = callId }: { source: string; now: Date; causationId?: string },
): NewEvent {
  const data = outcome.ok
    ? { ok: true as const, callId, value: outcome.value }
    : { ok: false as const, callId, error: { code: outcome.code, message: outcome.message } };
  return {
    // An agent chooses its ids, and may give one twice: each time it has a result of its own.
    id: `result:${callId}:${sequence}`,
    type: 'result',
    source,
    time: now.toISOString(),
    causationId,
    subject: subjectOf({ family: 'result', agentId, callId }),
    data,
    // The union is too wide for the compiler to see that `data` is a result's.
  } as NewEventOf<'result'>;
}
