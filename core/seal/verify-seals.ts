import { OrchestratorError } from '../../schemas/errors.ts';
import type { StatedSeal } from '../../schemas/seal.ts';
import { logIdentity } from '../log/archive-catalogue.ts';
import type { LogConnection } from '../log/connection.ts';
import { assertSealed } from './assert-sealed.ts';
import { sealKey } from './seal-key.ts';
import { readSeals } from './seal-store.ts';
import { NOTHING_BEFORE, wrongSeal } from './sign-seal.ts';

/** How far the log is sealed, and holds. */
export interface SealedLog {
  /** The last event that is sealed, 0 for none. */
  through: number;
  seals: number;
  /** By whose key; undefined without a seal. */
  key?: string;
}

/**
 * Reads the log once and compares it with every seal. Throws ORC_SEALS with the first seal that does not hold, and as
 * reading does.
 */
export async function verifySeals(
  connection: LogConnection,
  signal?: AbortSignal,
): Promise<SealedLog> {
  const log = await logIdentity(connection.nc);
  const { key } = await sealKey(connection.nc);
  let before: StatedSeal | undefined;
  for await (const salted of readSeals(connection, log, 1, signal)) {
    const { seal } = salted;
    const wrong = wrongSeal(seal, before) ?? wrongStart(seal, before, key);
    if (wrong !== undefined) throw new OrchestratorError('ORC_SEALS', wrong);
    await assertSealed(connection, salted, signal);
    before = seal;
  }
  return { through: before?.to ?? 0, seals: before?.number ?? 0, ...(before && { key }) };
}

function wrongStart(seal: StatedSeal, before: StatedSeal | undefined, key: string) {
  if (seal.key !== key) return `seal ${seal.number} is by another key than this system’s`;
  const isFirst = seal.number === 1 && seal.from === 1 && seal.previous === NOTHING_BEFORE;
  return before !== undefined || isFirst ? undefined : 'the first seal has something before it';
}
