import type { StoredEvent } from '../../schemas/event.ts';
import type { Address } from '../../schemas/subjects.ts';
import { spanIdOf } from '../../schemas/trace-context.ts';
import type { SpanAttributes, TraceSpan } from '../../schemas/trace-span.ts';
import { begin, note, type OpenSpans, take } from './open-spans.ts';
import { begun, type Spans, span } from './span.ts';

/** Of jobs: below the call that asked for them. */
export const jobSpans: Spans = {
  'job.requested': (open, event, address) => {
    if (address.family !== 'job') return undefined;
    const { tool, verb, by } = event.data;
    const parent = by === undefined ? {} : { parentSpanId: spanIdOf('tool', by.callId) };
    const name = `${tool}.${verb}`;
    const attributes = {
      'orchestrator.job.id': address.jobId,
      ...(by && { 'gen_ai.agent.id': by.agentId, 'gen_ai.tool.call.id': by.callId }),
    };
    const where = { ...begun(event, spanIdOf('job', address.jobId)), ...parent };
    begin(open.jobs, address.jobId, { ...where, name, attributes, events: [] });
    return undefined;
  },
  'job.input-required': (open, event, address) => notedJob(open, event, address),
  'job.answered': (open, event, address) => notedJob(open, event, address),
  'job.accepted': (open, event, address) =>
    notedJob(open, event, address, { 'orchestrator.node': event.data.node }),
  'job.progress': (open, event, address) => notedJob(open, event, address),
  'job.cancel-requested': (open, event, address) => notedJob(open, event, address),
  'job.completed': (open, event, address) => jobOver(open, event, address),
  'job.failed': (open, event, address) =>
    jobOver(open, event, address, event.data.code, event.data.reason),
  'job.cancelled': (open, event, address) =>
    jobOver(open, event, address, 'cancelled', event.data.reason),
};

function notedJob(
  open: OpenSpans,
  event: StoredEvent,
  address: Address,
  attributes: SpanAttributes = {},
): undefined {
  const job = address.family === 'job' ? open.jobs.get(address.jobId) : undefined;
  if (job !== undefined) note(job, event, event.type, attributes);
}

function jobOver(
  open: OpenSpans,
  event: StoredEvent,
  address: Address,
  errorType?: string,
  error?: string,
): TraceSpan[] | undefined {
  const job = address.family === 'job' ? take(open.jobs, address.jobId) : undefined;
  if (job === undefined) return undefined;
  const { name, attributes, events } = job;
  return [
    span(job, event, {
      name: `execute_tool ${name}`,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        ...attributes,
      },
      events,
      errorType,
      error,
    }),
  ];
}
