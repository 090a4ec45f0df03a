import type { Erasure } from '../../schemas/erasure.ts';
import type { LogConnection } from '../log/connection.ts';
import { eraseAt } from '../log/erase-messages.ts';
import { Places } from '../seal/places.ts';
import { sealLog } from '../seal/seal-log.ts';
import { eraseArchived } from './erase-archive.ts';
import { eraseStreams } from './erase-beside-log.ts';
import { eraseSaid } from './erase-said.ts';
import { eraseSalts } from './erase-salts.ts';
import { beginErasure, endErasure } from './erasure-store.ts';
import { renewHistory, stateErasure } from './state-erasure.ts';

export type EraseStep =
  | 'begun'
  | 'sealed'
  | 'stated'
  | 'salts'
  | 'said'
  | 'streams'
  | 'events'
  | 'archive'
  | 'beside'
  | 'whole';

export interface EraseOptions {
  connection: LogConnection;
  erasure: Erasure;
  /** It was begun before, by a process that has not come to its end. */
  isBegun: boolean;
  /** What is beside the streams: files of this machine, a Redis. Safe to be repeated. */
  beside: (erasure: Erasure) => Promise<void>;
  clock?: (() => Date) | undefined;
  /** Is told each step when it is done, and waited for. */
  progress?: ((step: EraseStep) => Promise<void> | void) | undefined;
}

/**
 * Erases what is a person’s. Each step stands before the next begins and may be repeated: wherever it ends, the same once more
 * comes to the same end. First the log is sealed and says what will be missing; then the leaves take the places of the
 * salts; then, from the streams that EVENTS is made of to EVENTS itself, everything goes. No service may run meanwhile.
 *
 * Throws ORC_SEALS where the log is not what was sealed, ORC_ERASING where another erasure is under way, and as reading and
 * appending do.
 */
export async function erasePerson(options: EraseOptions): Promise<void> {
  const { connection, erasure, isBegun, beside, clock = () => new Date(), progress } = options;
  const places = new Places(erasure.places);
  const { agents, jobs } = erasure;
  if (!isBegun) await beginErasure(connection.nc, erasure);
  await progress?.('begun');
  await sealLog(connection, { clock });
  await progress?.('sealed');
  await stateErasure(connection, erasure, clock());
  await progress?.('stated');
  await eraseSalts(connection, places);
  await progress?.('salts');
  // EVENTS takes what it lacks of SAID and TIMERS: there first.
  await eraseSaid(
    connection,
    'SAID',
    agents.map((id) => `agents.${id}.>`),
  );
  await eraseSaid(connection, 'WORKED', jobs.map(workedOf));
  await progress?.('said');
  await eraseStreams(connection, erasure, places);
  await progress?.('streams');
  await eraseEvents(connection, places);
  await progress?.('events');
  await eraseArchived(connection, places);
  await progress?.('archive');
  await renewHistory(connection, erasure.id);
  await beside(erasure);
  await progress?.('beside');
  await sealLog(connection, { clock });
  await endErasure(connection);
  await progress?.('whole');
}

/** Whatever the workers of its tool said of a job. */
export const workedOf = (jobId: string): string => `worked.*.${jobId}.*`;

/** What is archived does not stand here. */
async function eraseEvents(connection: LogConnection, places: Places): Promise<void> {
  const jsm = await connection.jsm();
  const { state } = await jsm.streams.info('EVENTS');
  await eraseAt(connection, 'EVENTS', places.within(state.first_seq, state.last_seq));
}
