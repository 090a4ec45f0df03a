import type { LeftBehind, StopReason } from '../../../../schemas/events/process.ts';
import type { LiveAgent, PendingLifeControl, ReadyAgent, Rewound } from '../agent-state.ts';
import type { ProcessEnd } from './run-end-events.ts';

/** What is to be done for the life of an agent. */
export type RunStep =
  | { do: 'start' }
  /** The process: started, or found again where it was started before. */
  | { do: 'launch' }
  | { do: 'stop'; reason: StopReason }
  | { do: 'extend'; expiresAt: string; commandId?: string }
  | { do: 'extend-from-now'; ttlMs: number; commandId: string }
  | { do: 'fail-start'; reason: string; left?: LeftBehind | undefined }
  | { do: 'end'; end: ProcessEnd }
  /** One that has ended goes on; `as`: under this name; `rewound`: from the end of this turn. */
  | { do: 'resume'; commandId: string; as?: string; rewound?: Rewound }
  | { do: 'delete'; commandId: string };

/** Somebody wants it to live longer, or to end. */
export function runStepOfControl(
  { commandId, name, ttlMs }: PendingLifeControl,
  state: LiveAgent,
): RunStep {
  return name === 'extend'
    ? { do: 'extend-from-now', commandId, ttlMs: ttlMs ?? state.ttlMs }
    : { do: 'stop', reason: name };
}

/**
 * TTL is idle time: counted from the last turn, and never over while there is work
 * (docs/decisions/0006-ttl-is-idle-time.md).
 */
export function nextLifeStep(state: ReadyAgent): RunStep | undefined {
  if (state.whatIfOver && state.turn === null) return { do: 'stop', reason: 'delete' };
  if (!state.expired) return undefined;
  const waits = (state.questions?.length ?? 0) > 0;
  const busy = state.turn !== null || state.queue.length > 0 || waits;
  const from = busy ? state.run.expiresAt : state.idleSince;
  const expiresAt = Date.parse(from) + state.ttlMs;
  return expiresAt > Date.parse(state.run.expiresAt)
    ? { do: 'extend', expiresAt: new Date(expiresAt).toISOString() }
    : { do: 'stop', reason: 'ttl' };
}

/** One that ended before it was ready was not started, and says why where it can. */
export function nextEndStep(state: LiveAgent, end: ProcessEnd, awaitsReady: boolean): RunStep {
  if (state.phase !== 'starting' || !awaitsReady) return { do: 'end', end };
  const how = end.signal === null ? `code ${end.code ?? 'unknown'}` : end.signal;
  const reason = state.saidReady?.problem ?? `it ended with ${how} before it was ready`;
  return { do: 'fail-start', reason, left: end.left };
}
