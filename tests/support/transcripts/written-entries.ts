import {
  type Line,
  readTranscript,
  type Step,
  type Told,
  type Transcript,
  type TranscriptEntry,
} from './transcript.ts';

/** Entries of a transcript that a test writes itself: what no CLI could be brought to say. */
export const cliStarts = (...start: string[]): TranscriptEntry => ({ at: 0, start });
export const cliSays = (line: Line | null): TranscriptEntry => ({ at: 0, out: line });
export const cliComplains = (err: string): TranscriptEntry => ({ at: 0, err });
export const driverWrites = (line: Line | null): TranscriptEntry => ({ at: 0, in: line });
export const cliEnds = (exit: number | string | null): TranscriptEntry => ({ at: 0, exit });
export const hostIsTold = (step: Step): TranscriptEntry => ({ at: 0, do: step });
export const hostStates = (told: Told): TranscriptEntry => ({ at: 0, told });

/** A recorded conversation until its CLI is ready, and what a test has written for then. */
export function written(
  kind: string,
  entries: readonly TranscriptEntry[],
  scenario = 'two-messages',
): Transcript {
  const { head, entries: recorded } = readTranscript(kind, scenario);
  const ready = recorded.findIndex((entry) => 'told' in entry && 'ready' in entry.told);
  return { head, entries: [...recorded.slice(0, ready + 1), ...entries] };
}
