import { createHash } from 'node:crypto';

/** Of the draft that shows a turn, as Telegram wants it: a number that is not 0, and the same for the same turn. Pure. */
export const draftIdOf = (turnId: string): number =>
  (createHash('sha256').update(turnId).digest().readUInt32BE() & 0x7fff_ffff) | 1;
