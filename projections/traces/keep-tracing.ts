import type { Logger } from 'pino';
import type { EventLog } from '../../core/log/event-log.ts';
import { noSpans } from '../../core/trace/open-spans.ts';
import { spansOfEvent } from '../../core/trace/spans-of-event.ts';
import { always, retry } from '../../platform/async/retry.ts';
import type { Health } from '../../platform/service/health.ts';
import type { OtlpExporter } from '../../platform/traces/otlp-exporter.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import type { TraceSpan } from '../../schemas/trace-span.ts';
import { TracePositionFile } from './trace-position.ts';

export interface TracingOptions {
  log: EventLog;
  logger: Logger;
  health: Pick<Health, 'report'>;
  exporter: Pick<OtlpExporter, 'send'>;
  /** Where it notes how far it is. */
  path: string;
  signal: AbortSignal;
  /** Is called when it is noted from where it goes on: what is stored from then on is sent. */
  started?: () => void;
}

const PART = 'traces';

/** Between tries that failed: a collector is nobody's first worry. */
const TIMES = { firstMs: 1_000, longestMs: 60_000 };

/** Most spans of one request. */
const MOST_SPANS = 500;

/** So many events without a span are passed before that is noted. */
const NOTE_AFTER = 1_000;

/**
 * Sends the spans of what ends in the log until the signal aborts, from where an earlier process was; from
 * the present end of the log where there was none. A span is sent until the collector has it, and only then is
 * it noted, so one may be sent twice, with the same ids. Never rejects: what fails is in health, and
 * tried again.
 */
export async function keepTracing(options: TracingOptions): Promise<void> {
  const { signal } = options;
  const failing = (error: unknown) => tellFailure(options, error);
  const follow = () => followLog(options);
  await retry(follow, { isPassing: always, failing, signal, times: TIMES }).catch(() => undefined);
}

async function followLog(options: TracingOptions): Promise<void> {
  const { log, logger, path, signal } = options;
  const { created, lastSequence } = await log.identity('EVENTS');
  const file = new TracePositionFile({ path, logger });
  const known = await file.load(created, lastSequence);
  const position = known ?? { log: created, sequence: lastSequence, open: noSpans() };
  await file.save(position);
  options.started?.();
  let noted = position.sequence;
  const from = { sequence: position.sequence + 1 };
  for await (const { messages } of log.follow({ stream: 'EVENTS', from, created, signal })) {
    let spans: TraceSpan[] = [];
    const settle = async () => {
      await sendAll(spans, options);
      spans = [];
      await file.save(position);
      noted = position.sequence;
    };
    for (const message of messages) {
      const parsed = parseEvent(message);
      if (parsed.kind === 'event') spans.push(...spansOfEvent(position.open, parsed.event));
      position.sequence = message.sequence;
      if (spans.length >= MOST_SPANS) await settle();
    }
    if (spans.length > 0 || position.sequence - noted > NOTE_AFTER) await settle();
  }
}

async function sendAll(spans: readonly TraceSpan[], options: TracingOptions): Promise<void> {
  const { exporter, health, signal } = options;
  if (spans.length === 0) return;
  const failing = (error: unknown) => tellFailure(options, error);
  await retry(() => exporter.send(spans), { isPassing: always, failing, signal, times: TIMES });
  health.report(PART, true, 'sent');
}

/** It is no reason to take the system for unwell: nobody who writes or answers notices. */
function tellFailure({ logger, health }: TracingOptions, error: unknown): void {
  logger.warn({ err: error }, 'traces not sent');
  const reason = error instanceof Error ? error.message : String(error);
  health.report(PART, true, `not sent: ${reason}; tried again`, true);
}
