/** What a recording CLI notes, as it was said: nothing is replaced yet. */
export interface RawEntry {
  /** Milliseconds since 1970, by the clock that the broker has too. */
  time: number;
  what:
    | { start: string[] }
    /** A line of the driver; null is the end of stdin. */
    | { in: string | null }
    | { out: string }
    | { err: string }
    /** The exit code, or the signal that ended it. */
    | { exit: number | string };
}
