import { createHash } from 'node:crypto';

/** Where something belongs in a trace: W3C Trace Context, section 3.2. */
export interface TraceContext {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits: the span below which it is. */
  spanId: string;
  /** 2 hex digits. */
  flags: string;
}

/** Section 3.2.2, as every version of it so far has it. */
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})$/;

/** Undefined for what is none: a trace is a convenience. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, flags };
}

export const traceparentOf = ({ traceId, spanId, flags }: TraceContext): string =>
  `00-${traceId}-${spanId}-${flags}`;

/** What a span is about; with the id of that, the span's own id follows. */
export type SpanOf = 'agent' | 'message' | 'wait' | 'turn' | 'tool' | 'job' | 'delivery';

const digest = (digits: number, ...parts: string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, digits);

/**
 * The same for the same thing, always: a log that is exported twice has the same spans
 * (docs/decisions/0131-traces-are-a-projection-of-the-log.md).
 *
 * @param id of an event, a turn, a job, …
 */
export const spanIdOf = (of: SpanOf, id: string): string => digest(16, 'span', of, id);

/** The trace of all that one message has led to, where it came without a trace of its own. */
export const traceIdOf = (correlationId: string): string => digest(32, 'trace', correlationId);

const SAMPLED = '01';

/**
 * The `traceparent` of a command: the one that it came with, else one that its correlation id tells, below
 * the span that the command itself will be.
 */
export function entranceTraceparent(commandId: string, given?: string): string {
  const context = parseTraceparent(given);
  if (context !== undefined) return traceparentOf(context);
  const spanId = spanIdOf('message', commandId);
  return traceparentOf({ traceId: traceIdOf(commandId), spanId, flags: SAMPLED });
}

/** The same trace, below another span. Undefined where there is no trace. */
export function belowSpan(traceparent: string | undefined, spanId: string): string | undefined {
  const context = parseTraceparent(traceparent);
  return context && traceparentOf({ ...context, spanId });
}
