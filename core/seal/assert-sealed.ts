import { OrchestratorError } from '../../schemas/errors.ts';
import type { LogConnection } from '../log/connection.ts';
import type { StoredRecord } from '../log/last.ts';
import { leavesOf } from './leaf-hash.ts';
import { rootOf } from './merkle.ts';
import { recordsOf } from './records-of.ts';
import type { SaltedSeal } from './seal-store.ts';

/**
 * What stands at the places of a seal, and the leaves of them all. Throws ORC_SEALS where that is not what was sealed, and as
 * reading does.
 */
export async function assertSealed(
  connection: LogConnection,
  { seal, ...stretch }: SaltedSeal,
  signal?: AbortSignal,
): Promise<{ records: StoredRecord[]; leaves: Buffer[] }> {
  const { number, from, to, root } = seal;
  const records = await recordsOf(connection, from, to, signal);
  const leaves = leavesOf(stretch, records);
  if (rootOf(leaves).toString('hex') === root) return { records, leaves };
  const what = `The events from ${from} to ${to} are not those that seal ${number} is of`;
  throw new OrchestratorError('ORC_SEALS', what);
}
