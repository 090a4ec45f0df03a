import { createHash } from 'node:crypto';
import { TimeSlice } from '../../platform/async/time-slice.ts';
import { type SystemState, serializedPieces } from '../domain/system-state.ts';
import { noted } from './changed-entries.ts';

/**
 * `hashSystem` of the state as of the call, while others have their turns: it may go on changing
 * meanwhile. Aggregates are replaced when they change, so that the maps are all that has to be kept.
 */
export async function hashInSlices(state: SystemState): Promise<string> {
  const pieces = serializedPieces({ ...state, ...noted(state) });
  const hash = createHash('sha256');
  const slice = new TimeSlice();
  for (const piece of pieces) {
    hash.update(piece);
    if (slice.isOver) await slice.next();
  }
  return hash.digest('hex');
}
