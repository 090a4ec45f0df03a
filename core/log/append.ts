import type { NatsConnection } from '@nats-io/transport-node';
import { streamOf } from '../../schemas/subjects.ts';
import { type AppendResult, failureOfRead } from './append-result.ts';
import { archivedBefore, withoutArchive } from './archived-expectation.ts';
import { publishBatch } from './batch.ts';
import { confirmedBatch, confirmedDuplicate } from './confirmed-duplicate.ts';
import { idKey } from './id-key.ts';
import { messageId } from './message-id.ts';
import {
  type Expectation,
  type Outgoing,
  outgoingEvent,
  type PublishableEvent,
  withExpectation,
} from './outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from './publish-event.ts';

export interface AppendOptions {
  /** Refused with `conflict` where this is not the last sequence of the filter's subjects. */
  expect?: Expectation | undefined;
  timeoutMs?: number | undefined;
}

const NOTHING: AppendResult = { ok: true, sequence: 0, duplicate: false };

/**
 * Appends events, all or none; timers among them are set before. The expectation stands on the first
 * event: the server checks it against what was stored before the batch. Several events are all of
 * one stream: EVENTS, but for what is an agent's word (`streamOf`). An expectation counts with what
 * was archived of EVENTS. Never throws.
 *
 * A timer whose event is not stored afterwards comes to nothing: its event names what it is for, and
 * no state waits for it (docs/decisions/0042-three-streams.md).
 *
 * @example
 * const filter = agentFilter(agentId, 'process');
 * const result = await log.append(events, { expect: { filter, sequence: 41 } });
 * if (!result.ok && result.error === 'conflict') return 'somebody else was first: look again';
 */
export async function append(
  nc: NatsConnection,
  events: PublishableEvent | readonly PublishableEvent[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const timeoutMs = options.timeoutMs ?? ACK_TIMEOUT_MS;
  const key = await idKey(nc, timeoutMs).catch(failureOfRead);
  if (typeof key === 'object') return key;
  const outgoing = (event: PublishableEvent) => outgoingEvent(event, messageId(event.id, key));
  const [timers, now] = partition([events].flat());
  const expect = isOfEvents(now) ? options.expect : undefined;
  const before = expect && (await archivedBefore(nc, expect).catch(failureOfRead));
  if (before !== undefined) return before;
  try {
    const messages = now.map(outgoing);
    const result = await appendAll(nc, timers.map(outgoing), messages, { ...options, timeoutMs });
    const again = expect && !result.ok && result.error === 'conflict' && expect.sequence > 0;
    if (!again) return result;
    const other = await withoutArchive(nc, expect, timeoutMs).catch(failureOfRead);
    if (other === undefined) return result;
    return 'ok' in other ? other : await publishAll(nc, messages, { expect: other, timeoutMs });
  } catch (error) {
    return { ok: false, error: 'refused', reason: String(error), code: 0 };
  }
}

const isOfEvents = ([first]: readonly PublishableEvent[]): boolean =>
  first !== undefined && streamOf(first.subject) === 'EVENTS';

const isTimer = ({ schedule }: PublishableEvent): boolean => schedule !== undefined;

const partition = (events: readonly PublishableEvent[]) =>
  [events.filter(isTimer), events.filter((event) => !isTimer(event))] as const;

async function appendAll(
  nc: NatsConnection,
  timers: readonly Outgoing[],
  messages: readonly Outgoing[],
  options: AppendOptions & { timeoutMs: number },
): Promise<AppendResult> {
  for (const timer of timers) {
    const set = await publishOne(nc, timer, options.timeoutMs);
    if (!set.ok) return set;
  }
  return publishAll(nc, messages, options);
}

async function publishAll(
  nc: NatsConnection,
  messages: readonly Outgoing[],
  { expect, timeoutMs }: AppendOptions & { timeoutMs: number },
): Promise<AppendResult> {
  const [first, ...others] = messages;
  if (first === undefined) return NOTHING;
  const message = withExpectation(first, expect);
  const last = others.at(-1);
  if (last === undefined) {
    const result = await publishOne(nc, message, timeoutMs);
    if (!result.ok || !result.duplicate) return result;
    return confirmedDuplicate(nc, message, result.sequence, timeoutMs);
  }
  const result = await publishBatch(nc, [message, ...others], timeoutMs);
  return result.ok && result.duplicate ? confirmedBatch(nc, last, timeoutMs) : result;
}
