import type { EventLog } from '../log/event-log.ts';
import { type NamedPlace, placeInLog } from '../operator/place-in-log.ts';
import type { Verdict } from './difference.ts';
import { Judge } from './judge.ts';

export interface JudgedRange {
  /** The first event that is judged; the first of all without. */
  from?: NamedPlace | undefined;
  /** The last one; the last of all without. */
  to?: NamedPlace | undefined;
}

/**
 * Judges a part of the log. It is read from its beginning, since what was decided there was decided on all that stood
 * before. Nothing is stored. Throws as {@link placeInLog} does, and as reading the log does.
 */
export async function judgeLog(
  log: EventLog,
  { from, to }: JudgedRange = {},
  signal?: AbortSignal,
): Promise<Verdict & { from: number }> {
  const first = from === undefined ? 1 : Math.max(1, await placeInLog(log, from, signal));
  const last =
    to === undefined ? await log.lastSequence('EVENTS') : await placeInLog(log, to, signal);
  const judge = new Judge({ from: first, until: last });
  const range = { stream: 'EVENTS', from: { sequence: 1 }, signal } as const;
  for await (const message of log.read(range)) {
    // What a decision states behind the end belongs to it.
    if (message.sequence > last + BEHIND) break;
    judge.take(message);
  }
  signal?.throwIfAborted();
  return { from: first, ...judge.end() };
}

/** More than one decision makes. */
const BEHIND = 1_000;
