import type { EventLog } from '../../../core/log/event-log.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import { type EventMeta, newEvent } from '../../../schemas/new-event.ts';
import { belowSpan, entranceTraceparent, spanIdOf } from '../../../schemas/trace-context.ts';
import { AGENT } from '../../core/log/events.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { toolCall } from '../../support/job-calls.ts';

export { AGENT };

const RUN = 'run-1';
const LATER = '2099-01-01T00:00:00.000Z';
const PERSON = { channel: 'telegram', userId: '1001' };

/** An agent that takes messages. */
export async function liveAgent(log: EventLog): Promise<void> {
  const whose = { agentId: AGENT };
  const create = { kind: 'line', name: 'mender', ttlMs: 1_000, turnDeadlineMs: 1_000 };
  const meta = (id: string): EventMeta => ({ id, source: 'orchestrator/test', now: new Date() });
  await appendInOrder(log, [newEvent('command.create', whose, create, meta('create-1'))]);
  await appendInOrder(log, [newEvent('process.ready', whose, { runId: RUN }, meta('ready-1'))]);
}

/** What a message of Telegram leads to: a turn with a call that is a job, an answer, and its delivery. */
export function messageEvents(id: string) {
  const turnId = `turn-${id}`;
  const jobId = `job_${id}`;
  const callId = `${AGENT}_call-${id}`;
  const answerId = `${AGENT}_answer-${id}`;
  const whose = { agentId: AGENT };
  const traceparent = entranceTraceparent(id);
  const below = belowSpan(traceparent, spanIdOf('message', id));
  let count = 0;
  /** Made when it is appended: the time of each is its own. */
  const meta = (own: Partial<EventMeta> = {}): EventMeta => {
    count += 1;
    const because = { correlationId: id, traceparent: below };
    return {
      id: `${id}:${count}`,
      source: 'orchestrator/test',
      now: new Date(),
      ...because,
      ...own,
    };
  };
  const said = (own: string): EventMeta => ({ id: own, source: 'x', now: new Date() });
  const job = { tool: 'deploy', verb: 'trigger', input: {}, notify: true, timeouts: {} };
  const run = { runId: 'r', executor: 'command', node: 'n', place: 'p', holder: 'h', epoch: 1 };
  const chat = { chatId: '1001', agentId: AGENT };
  const delivery = { channel: 'telegram', deliveryId: `d-${id}` };
  const first: (() => NewEvent)[] = [
    () => {
      const data = { text: 'hello there', mode: 'join' as const, from: PERSON };
      return newEvent('command.send', whose, data, meta({ id, traceparent }));
    },
    () => newEvent('turn.started', whose, { turnId, commandId: id, deadlineAt: LATER }, meta()),
    () =>
      newEvent('process.delivered', whose, { runId: RUN, commandId: id, turnId, bytes: 5 }, meta()),
    () => ({ ...toolCall(AGENT, 'deploy.trigger', { wait: true }), id: callId }),
    () =>
      newEvent(
        'job.requested',
        { jobId },
        { ...job, by: { agentId: AGENT, callId, turnId } },
        meta(),
      ),
  ];
  const rest: (() => NewEvent)[] = [
    () => newEvent('result', { agentId: AGENT, callId }, { ok: true, callId, value: {} }, meta()),
    () => newEvent('job.accepted', { jobId }, run, meta()),
    () => newEvent('job.completed', { jobId }, { result: 'done' }, meta()),
    () => newEvent('response.answer', whose, { text: 'it is deployed' }, said(answerId)),
    () => newEvent('turn.ended', whose, { turnId, answers: 1, questions: 0 }, meta()),
    () => newEvent('delivery.requested', delivery, chat, meta({ causationId: answerId })),
    () => newEvent('delivery.attempted', delivery, { part: 0, parts: 1, attempt: 1 }, meta()),
    () => newEvent('delivery.confirmed', delivery, { part: 0, parts: 1, messageId: '77' }, meta()),
  ];
  return { first, rest };
}

export async function appendAll(log: EventLog, events: readonly (() => NewEvent)[]): Promise<void> {
  for (const event of events) await appendInOrder(log, [event()]);
}
