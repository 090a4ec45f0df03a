import { errors, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';
import { readError } from './read-error.ts';
import { headerOf, type StoredMessage, sizeOfMessage } from './stored-message.ts';

/**
 * The last message of a stream that a filter (wildcards allowed) selects, by direct get (NATS
 * ADR-31): one round trip, no consumer. Throws ORC_NOT_REACHABLE and ORC_NO_STREAM.
 */
export function lastMessage(
  nc: NatsConnection,
  stream: string,
  filter: string,
  timeoutMs: number,
): Promise<StoredMessage | undefined> {
  return directGet(nc, stream, { last_by_subj: filter }, timeoutMs);
}

/** The message at a place of a stream, undefined where none is (any more). Throws as above. */
export async function messageAt(
  nc: NatsConnection,
  stream: string,
  sequence: number,
  timeoutMs: number,
): Promise<StoredMessage | undefined> {
  const message = await directGet(nc, stream, { seq: sequence }, timeoutMs);
  return message?.sequence === sequence ? message : undefined;
}

async function directGet(
  nc: NatsConnection,
  stream: string,
  wanted: { last_by_subj: string } | { seq: number },
  timeoutMs: number,
): Promise<StoredMessage | undefined> {
  const query = JSON.stringify(wanted);
  const reply = await nc
    .request(`$JS.API.DIRECT.GET.${stream}`, query, { timeout: timeoutMs })
    .catch((error: unknown) => {
      // Nobody answers direct gets for a stream that is not there.
      throw noResponder(error) ? new OrchestratorError('ORC_NO_STREAM') : readError(error);
    });
  if (reply.headers?.code === 404) return undefined;
  const sequence = Number(headerOf(reply, 'nats-sequence'));
  if (!Number.isSafeInteger(sequence)) {
    throw new OrchestratorError('ORC_INTERNAL', `${stream}: ${reply.headers?.description}`);
  }
  return directMessage(reply, sequence);
}

function directMessage(reply: Msg, sequence: number): StoredMessage {
  return {
    sequence,
    subject: headerOf(reply, 'nats-subject') ?? '',
    time: new Date(headerOf(reply, 'nats-time-stamp') ?? 0),
    size: sizeOfMessage(reply),
    payload: reply.data,
    header: (name) => headerOf(reply, name),
  };
}

const noResponder = (error: unknown): boolean =>
  error instanceof errors.RequestError && error.isNoResponders();
