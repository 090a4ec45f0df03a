import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Erasure, erasure } from '../../schemas/erasure.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { appendError } from '../log/append-result.ts';
import type { LogConnection } from '../log/connection.ts';
import { eraseSubject } from '../log/erase-messages.ts';
import { ERASING } from '../log/erasure-mark.ts';
import { lastMessage } from '../log/last.ts';
import { withExpectation } from '../log/outgoing.ts';
import { ACK_TIMEOUT_MS, publishOne } from '../log/publish-event.ts';

const zipped = promisify(gzip);
const unzipped = promisify(gunzip);

/** The erasure that is under way; undefined for none. Throws as reading does. */
export async function erasureUnderWay(nc: NatsConnection): Promise<Erasure | undefined> {
  const found = await lastMessage(nc, 'SEALS', ERASING, ACK_TIMEOUT_MS);
  if (found === undefined) return undefined;
  const text = (await unzipped(found.payload)).toString();
  return erasure.parse(JSON.parse(text));
}

/** Begins one, unless another has begun. Throws ORC_ERASING, and as appending does. */
export async function beginErasure(nc: NatsConnection, begun: Erasure): Promise<void> {
  const payload = await zipped(JSON.stringify(begun));
  const message = { subject: ERASING, headers: '', payload };
  const expected = withExpectation(message, { filter: ERASING, sequence: 0 });
  const result = await publishOne(nc, expected, ACK_TIMEOUT_MS);
  if (result.ok) return;
  throw result.error === 'conflict' ? new OrchestratorError('ORC_ERASING') : appendError(result);
}

/** What is known of it goes with it. */
export const endErasure = async (connection: LogConnection): Promise<void> => {
  await eraseSubject(connection, 'SEALS', ERASING);
};
