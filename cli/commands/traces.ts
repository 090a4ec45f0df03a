import { Option } from 'clipanion';
import { startPoint } from '../../core/operator/start-point.ts';
import { spansOfLog, type TraceRange } from '../../core/trace/spans-of-log.ts';
import type { OtlpExporter } from '../../platform/traces/otlp-exporter.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import type { TraceSpan } from '../../schemas/trace-span.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

/** Most spans of one request. */
const MOST_SPANS = 500;

export class TracesCommand extends OperatorCommand {
  static override paths = [['traces']];
  static override usage = usageOf('traces');

  from = Option.String('--from', '1', described('traces', '--from'));
  to = Option.String('--to', described('traces', '--to'));

  protected async work({ settings, log }: OperatorContext): Promise<undefined> {
    const now = new Date();
    const signal = this.untilInterrupted();
    const range = {
      from: startPoint(this.from, now),
      to: this.to === undefined ? undefined : startPoint(this.to, now),
      signal,
    };
    const spans = spansOfLog(log, range);
    if (this.json) await this.#show(spans);
    else await this.#send(spans, settings, range);
  }

  async #show(spans: AsyncIterable<TraceSpan>): Promise<void> {
    for await (const span of spans) this.context.stdout.write(`${JSON.stringify(span)}\n`);
  }

  async #send(
    spans: AsyncIterable<TraceSpan>,
    { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers }: Settings,
    { signal }: TraceRange,
  ): Promise<void> {
    if (endpoint === undefined) {
      throw new OrchestratorError('ORC_SETTINGS', 'OTEL_EXPORTER_OTLP_ENDPOINT is not set', {
        cure: 'Set it to a collector, or show the spans by --json.',
      });
    }
    const { OtlpExporter: Exporter } = await import('../../platform/traces/otlp-exporter.ts');
    const exporter = new Exporter({ endpoint, headers });
    let count = 0;
    let batch: TraceSpan[] = [];
    const send = async () => {
      if (batch.length > 0) await sent(exporter, batch, endpoint);
      count += batch.length;
      batch = [];
    };
    try {
      for await (const span of spans) {
        batch.push(span);
        if (batch.length === MOST_SPANS) await send();
        if (signal?.aborted) return;
      }
      await send();
    } finally {
      await exporter.close();
    }
    this.print({ spans: count }, `${count} spans sent to ${endpoint}\n`);
  }
}

async function sent(
  exporter: OtlpExporter,
  spans: readonly TraceSpan[],
  endpoint: string,
): Promise<void> {
  try {
    await exporter.send(spans);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OrchestratorError(
      'ORC_NOT_REACHABLE',
      `${endpoint} did not take the spans: ${reason}`,
      {
        cause,
        cure: 'Look at the collector, and try again: what was sent is sent with the same ids.',
      },
    );
  }
}
