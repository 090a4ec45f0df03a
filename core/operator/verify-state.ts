import type { Views } from '../conversation/views.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { hashSystem, initialSystem } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';

export interface Verified {
  /** The event as of which both are. */
  sequence: number;
  /** SHA-256, hexadecimal. */
  served: string;
  folded: string;
  equal: boolean;
}

/** Compares what is served with what the log says, folded here and now from zero. */
export async function verifyState(
  { log, views }: { log: EventLog; views: Views },
  timeoutMs: number,
): Promise<Verified> {
  const atLeast = await log.lastSequence('EVENTS');
  const { sequence, hash: served } = await views.request('hash', { atLeast }, { timeoutMs });
  const folded = await foldUpTo(log, sequence);
  return { sequence, served, folded, equal: served === folded };
}

/** The hash over the state that the log says as of a sequence. */
async function foldUpTo(log: EventLog, sequence: number): Promise<string> {
  const state = initialSystem();
  const range = { stream: 'EVENTS', from: { sequence: 1 }, until: sequence } as const;
  for await (const message of log.read(range)) foldMessage(state, message);
  return hashSystem(state);
}
