import { logIdentity } from '../log/archive-catalogue.ts';
import type { LogConnection } from '../log/connection.ts';
import { assertSealed } from '../seal/assert-sealed.ts';
import { leafHash, SALT_BYTES, saltAt } from '../seal/leaf-hash.ts';
import type { Places } from '../seal/places.ts';
import { keepSalts, readSeals } from '../seal/seal-store.ts';

/**
 * Keeps the leaves of places and forgets their salts, so that the seals hold without what stands there, and nobody can guess
 * what it was. Safe to be repeated. Throws ORC_SEALS where the log is not what was sealed (nothing of that seal is changed then),
 * and as appending and reading do.
 */
export async function eraseSalts(connection: LogConnection, places: Places): Promise<void> {
  const log = await logIdentity(connection.nc);
  for await (const salted of readSeals(connection, log, 1)) {
    const own = places.within(salted.from, salted.to);
    if (own.length === 0 || own.every((place) => salted.erased?.has(place))) continue;
    const { records } = await assertSealed(connection, salted);
    const erased = new Map(salted.erased);
    const salts = Buffer.from(salted.salts);
    for (const record of records.filter(({ sequence }) => places.has(sequence))) {
      erased.set(record.sequence, leafHash(record, saltAt(salted, record.sequence)));
      saltAt({ ...salted, salts }, record.sequence).fill(0, 0, SALT_BYTES);
    }
    await keepSalts(connection, { ...salted, salts, erased });
  }
}
