import { mapped } from './placeholders.ts';
import type { RawEntry } from './raw-entry.ts';
import { type Line, parseLine, type Step, type Told, type TranscriptEntry } from './transcript.ts';

/** Characters of a text in a line of the CLI. */
const LONGEST = 300;

/** What was done to the host or said by it, at a time of the clock that {@link RawEntry} has. */
export interface Outer {
  time: number;
  what: { do: Step } | { told: Told };
}

/**
 * One order of what the pipes carried and of what went on around them. What was told came after the
 * line that it follows from, and what was done came before the line that follows from it: both hold
 * by their times, as a millisecond lies between. A delivery is stated after it was made, so a
 * message is put before the line that carries it.
 */
export function merged(raw: readonly RawEntry[], outer: readonly Outer[]): TranscriptEntry[] {
  const begin = raw[0]?.time ?? 0;
  const times = new Map(outer.map((each) => [each, Math.min(each.time, carried(each, raw))]));
  const time = (each: Outer) => times.get(each) ?? each.time;
  const waiting = [...outer].sort((one, other) => time(one) - time(other));
  const entries: TranscriptEntry[] = [];
  let isRunning = false;
  const place = (until: number) => {
    while (waiting[0] !== undefined && time(waiting[0]) < until) {
      const next = waiting.shift();
      if (next) entries.push({ at: Math.ceil(time(next)) - begin, ...next.what });
    }
  };
  for (const entry of raw) {
    // Nobody was left to note the end of one that was killed.
    if ('start' in entry.what && isRunning) {
      entries.push({ at: entries.at(-1)?.at ?? 0, exit: 'SIGKILL' });
    }
    place(entry.time);
    entries.push(withLine(entry, entry.time - begin));
    isRunning = !('exit' in entry.what);
  }
  place(Number.POSITIVE_INFINITY);
  return entries;
}

/** Just before the line with a message; never, for anything else. */
function carried({ what }: Outer, raw: readonly RawEntry[]): number {
  if (!('do' in what) || typeof what.do === 'string' || !('message' in what.do)) {
    return Number.POSITIVE_INFINITY;
  }
  const text = JSON.stringify(what.do.message).slice(1, -1);
  const found = raw.find(({ what: line }) => 'in' in line && line.in?.includes(text));
  return found === undefined ? Number.POSITIVE_INFINITY : found.time - 0.5;
}

/** Descriptions of tools and models fill pages, and no driver reads them. */
const shortened = (text: string): string =>
  text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;

function withLine({ what }: RawEntry, at: number): TranscriptEntry {
  if ('in' in what) return { at, in: what.in === null ? null : parseLine(what.in) };
  // A line stays a line.
  if ('out' in what) return { at, out: mapped(parseLine(what.out), shortened) as Line };
  return { at, ...what };
}
