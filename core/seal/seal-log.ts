import { randomBytes } from 'node:crypto';
import { OrchestratorError } from '../../schemas/errors.ts';
import { appendError } from '../log/append-result.ts';
import { logIdentity } from '../log/archive-catalogue.ts';
import type { LogConnection } from '../log/connection.ts';
import { lastSequence } from '../log/read.ts';
import { leavesOf, SALT_BYTES } from './leaf-hash.ts';
import { rootOf } from './merkle.ts';
import { recordsOf } from './records-of.ts';
import { sealKey } from './seal-key.ts';
import { findSeal, storeSeal } from './seal-store.ts';
import { NOTHING_BEFORE, sealHash, signSeal } from './sign-seal.ts';

export interface SealOptions {
  /** Places of a seal at most; 1,024. */
  most?: number | undefined;
  clock?: (() => Date) | undefined;
  signal?: AbortSignal | undefined;
  /** Is told each seal that was stored. */
  stated?: ((number: number) => void) | undefined;
}

const MOST = 1_024;

/**
 * Seals EVENTS up to its end as of the call; resolves with the last sequence that is sealed. Safe for several at the same time,
 * and to be killed at any moment: a seal is stored with an expectation of the one before it, or not at all.
 *
 * Throws ORC_SEALS where more is sealed than the log has, and as appending and reading do.
 */
export async function sealLog(
  connection: LogConnection,
  options: SealOptions = {},
): Promise<number> {
  const { most = MOST, clock = () => new Date(), signal, stated } = options;
  const { nc } = connection;
  const log = await logIdentity(nc);
  const { secret, key } = await sealKey(nc);
  const end = await lastSequence(connection, 'EVENTS');
  for (;;) {
    const before = await findSeal(nc, log);
    const sealed = before?.seal.to ?? 0;
    if (sealed > (await endOf(connection, sealed, end))) {
      const what = `Event ${sealed} is sealed, and the log ends with ${end}`;
      throw new OrchestratorError('ORC_SEALS', what);
    }
    if (sealed >= end || signal?.aborted) return sealed;
    const from = sealed + 1;
    const to = Math.min(end, sealed + most);
    const salts = randomBytes((to - from + 1) * SALT_BYTES);
    const leaves = leavesOf({ from, to, salts }, await recordsOf(connection, from, to, signal));
    if (signal?.aborted) return sealed;
    const seal = {
      log,
      key,
      number: (before?.seal.number ?? 0) + 1,
      from,
      to,
      root: rootOf(leaves).toString('hex'),
      previous: before === undefined ? NOTHING_BEFORE : sealHash(before.seal),
      sealedAt: clock().toISOString(),
    };
    const result = await storeSeal(nc, signSeal(seal, secret), salts, before);
    // Somebody else has sealed it: what comes behind that is looked for.
    if (!result.ok && result.error !== 'conflict') throw appendError(result);
    if (result.ok) stated?.(seal.number);
  }
}

/** The end of the log, which may be further by now where somebody else has sealed that. */
const endOf = (connection: LogConnection, sealed: number, end: number): Promise<number> =>
  sealed > end ? lastSequence(connection, 'EVENTS') : Promise.resolve(end);
