import { OrchestratorError } from '../../schemas/errors.ts';
import type { StatedSeal } from '../../schemas/seal.ts';
import { logIdentity } from '../log/archive-catalogue.ts';
import type { LogConnection } from '../log/connection.ts';
import { requireNoErasure } from '../log/erasure-mark.ts';
import type { StoredRecord } from '../log/last.ts';
import { assertSealed } from './assert-sealed.ts';
import { statedErasures } from './erased-places.ts';
import type { Stretch } from './leaf-hash.ts';
import type { Places } from './places.ts';
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
  /** How many events were erased, as the log states it; absent for none. */
  erased?: number;
}

/**
 * Reads the log once and compares it with every seal. Throws ORC_SEALS with the first seal that does not hold, or with the first
 * place that was erased and of which the log does not say so; ORC_ERASING while an erasure is under way; and as reading does.
 */
export async function verifySeals(
  connection: LogConnection,
  signal?: AbortSignal,
): Promise<SealedLog> {
  await requireNoErasure(connection.nc);
  const log = await logIdentity(connection.nc);
  const { places } = await statedErasures(connection, signal);
  const { key } = await sealKey(connection.nc);
  let before: StatedSeal | undefined;
  for await (const salted of readSeals(connection, log, 1, signal)) {
    const { seal } = salted;
    const wrong = wrongSeal(seal, before) ?? wrongStart(seal, before, key);
    if (wrong !== undefined) throw new OrchestratorError('ORC_SEALS', wrong);
    const { records } = await assertSealed(connection, salted, signal);
    const unlike = wrongErasure(salted, records, places);
    if (unlike !== undefined) throw new OrchestratorError('ORC_SEALS', unlike);
    before = seal;
  }
  const erased = places.size > 0 && { erased: places.size };
  return {
    through: before?.to ?? 0,
    seals: before?.number ?? 0,
    ...(before && { key }),
    ...erased,
  };
}

/** Why what is missing of a stretch is not what the log says was erased; undefined where it is. Pure. */
export function wrongErasure(
  { erased = new Map() }: Pick<Stretch, 'erased'>,
  records: readonly StoredRecord[],
  stated: Places,
): string | undefined {
  const unstated = [...erased.keys()].find((place) => !stated.has(place));
  if (unstated !== undefined) return `Event ${unstated} is gone, and no erasure of it is stated`;
  // Of a log that was imported the seals know no more than that nothing stands there.
  const back = records.find(({ sequence }) => erased.has(sequence) || stated.has(sequence));
  return back && `Event ${back.sequence} is stated as erased, and stands there`;
}

function wrongStart(seal: StatedSeal, before: StatedSeal | undefined, key: string) {
  if (seal.key !== key) return `seal ${seal.number} is by another key than this system’s`;
  const isFirst = seal.number === 1 && seal.from === 1 && seal.previous === NOTHING_BEFORE;
  return before !== undefined || isFirst ? undefined : 'the first seal has something before it';
}
