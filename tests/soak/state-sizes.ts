import { foldMessage } from '../../core/domain/fold-message.ts';
import { initialSystem } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { collectGarbage } from './collect-garbage.ts';

/**
 * Bytes of the heap that the folded state takes at each of these sequences of EVENTS, ascending: what
 * whoever folds the log has to hold, since ended agents are kept in it. Nothing else may go on in
 * this process meanwhile.
 */
export async function stateSizes(log: EventLog, sequences: readonly number[]): Promise<number[]> {
  const state = initialSystem();
  const empty = heapOf();
  const sizes: number[] = [];
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    for (let at = sequences[sizes.length]; isBefore(at, message.sequence); ) {
      sizes.push(heapOf() - empty);
      at = sequences[sizes.length];
    }
    foldMessage(state, message);
  }
  while (sizes.length < sequences.length) sizes.push(heapOf() - empty);
  return sizes;
}

const isBefore = (at: number | undefined, sequence: number): boolean =>
  at !== undefined && at < sequence;

function heapOf(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
