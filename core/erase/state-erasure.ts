import type { Erasure } from '../../schemas/erasure.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { append } from '../log/append.ts';
import { appendError } from '../log/append-result.ts';
import type { LogConnection } from '../log/connection.ts';
import { ERASED_ENTRY } from '../log/erasure-mark.ts';
import { statedErasures } from '../seal/erased-places.ts';

/** Stretches an event: some 300 kB. */
const MOST_STRETCHES = 20_000;

/**
 * States in the log what is erased, by `log.erased`, before any of it is: who finds a place empty finds the statement. What an
 * earlier process has stated is not stated again. Throws as appending and reading do.
 */
export async function stateErasure(
  connection: LogConnection,
  { id, places }: Pick<Erasure, 'id' | 'places'>,
  now: Date,
): Promise<void> {
  const { statedBy } = await statedErasures(connection);
  for (let at = 0; at < places.length; at += MOST_STRETCHES) {
    const some = places.slice(at, at + MOST_STRETCHES);
    const meta = { id: `log.erased:${id}:${at}`, source: 'orchestrator/erase', now };
    if (statedBy.has(meta.id)) continue;
    const data = { erasure: id, places: some };
    const result = await append(
      connection.nc,
      newEvent('log.erased', { stream: 'EVENTS' }, data, meta),
    );
    if (!result.ok) throw appendError(result);
  }
}

/** From here on no checkpoint of before is gone on from, on whatever machine it is: see `StreamIdentity`. */
export async function renewHistory(connection: LogConnection, id: string): Promise<void> {
  const jsm = await connection.jsm();
  const { config } = await jsm.streams.info('EVENTS');
  const metadata = { ...config.metadata, [ERASED_ENTRY]: id };
  await jsm.streams.update('EVENTS', { ...config, metadata });
}
