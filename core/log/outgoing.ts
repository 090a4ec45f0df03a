import type { NatsConnection } from '@nats-io/transport-node';
import { type EventAttributes, toHeaders } from '../../schemas/cloud-event.ts';
import { headerLines } from './header-lines.ts';

/** A message as it goes to the broker. */
export interface Outgoing {
  subject: string;
  /** Of {@link headerLines}; more are written behind them. */
  headers: string;
  payload: Uint8Array;
}

/** What the publish path needs of an event; `NewEvent` is one. */
export interface PublishableEvent extends EventAttributes {
  subject: string;
  data: unknown;
  schedule?: { at: Date; target: string };
}

/** What the append stands on: the last sequence of the subjects that `filter` selects. */
export interface Expectation {
  filter: string;
  /** 0: there is none yet. */
  sequence: number;
}

const UTF8 = new TextEncoder();

/**
 * CloudEvents in binary mode; by its `Nats-Msg-Id`, the event's own id without one, a repeat is
 * stored once. Throws as {@link headerLines} does.
 */
export function outgoingEvent(event: PublishableEvent, messageId = event.id): Outgoing {
  return {
    subject: event.subject,
    headers: headerLines([
      ...toHeaders(event),
      ['Nats-Msg-Id', messageId],
      ...(event.schedule === undefined ? [] : scheduleHeaders(event.schedule)),
    ]),
    payload: UTF8.encode(JSON.stringify(event.data)),
  };
}

/** What a schedule has become stays in TIMERS so long, for EVENTS to take it from there. */
const FIRED_KEPT = '24h';

/** A message schedule (NATS ADR-51) fires at a whole second: never early, so rounded up. */
function scheduleHeaders({ at, target }: { at: Date; target: string }): [string, string][] {
  const due = new Date(Math.ceil(at.getTime() / 1000) * 1000);
  return [
    ['Nats-Schedule', `@at ${due.toISOString()}`],
    ['Nats-Schedule-Target', target],
    ['Nats-Schedule-TTL', FIRED_KEPT],
  ];
}

/** Optimistic concurrency without a lock (NATS ADR-22). */
export function withExpectation(message: Outgoing, expect: Expectation | undefined): Outgoing {
  if (expect === undefined) return message;
  const expected = headerLines([
    ['Nats-Expected-Last-Subject-Sequence', String(expect.sequence)],
    ['Nats-Expected-Last-Subject-Sequence-Subject', expect.filter],
  ]);
  return { ...message, headers: message.headers + expected };
}

/** `NATS/1.0`, its line break, and the empty line that ends the headers. */
const HEADER_FRAME = 'NATS/1.0\r\n\r\n'.length;

/** Bytes of headers and payload: what the server compares with its `max_payload`. */
export const sizeOf = ({ headers, payload }: Outgoing): number =>
  HEADER_FRAME + Buffer.byteLength(headers) + payload.length;

/** The largest message that the connected server takes, in bytes. */
export const maxPayload = (nc: NatsConnection): number =>
  nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
