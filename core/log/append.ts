import type { NatsConnection } from '@nats-io/transport-node';
import type { AppendResult } from './append-result.ts';
import { publishBatch } from './batch.ts';
import {
  type Expectation,
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

/**
 * Appends events to EVENTS, all or none. The expectation stands on the first message: the server
 * checks it against what was stored before the batch. Never throws.
 */
export function append(
  nc: NatsConnection,
  events: PublishableEvent | readonly PublishableEvent[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  const timeoutMs = options.timeoutMs ?? ACK_TIMEOUT_MS;
  const messages = [events]
    .flat()
    .map((event, index) =>
      withExpectation(outgoingEvent(event), index === 0 ? options.expect : undefined),
    );
  const [only] = messages;
  return messages.length === 1 && only !== undefined
    ? publishOne(nc, only, timeoutMs)
    : publishBatch(nc, messages, timeoutMs);
}
