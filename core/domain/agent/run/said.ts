/** What an agent has said, as the broker counts it: what it states about itself takes no part. */
export interface Said {
  events: number;
  /** Of subjects, headers and payloads. */
  bytes: number;
  /** Of the minute that its first word began; absent after it was muted for one. */
  minute?: { since: string; events: number; bytes: number };
}

const MINUTE_MS = 60_000;

/** With one word more. Pure: `time` is the broker's. */
export function withWord(said: Said | undefined, bytes: number, time: Date): Said {
  const minute = said?.minute;
  const sinceMs = minute ? time.getTime() - Date.parse(minute.since) : Number.POSITIVE_INFINITY;
  // A clock may go back.
  const goesOn = minute !== undefined && sinceMs >= 0 && sinceMs < MINUTE_MS;
  const { since, ...before } = goesOn ? minute : { since: time.toISOString(), events: 0, bytes: 0 };
  return {
    events: (said?.events ?? 0) + 1,
    bytes: (said?.bytes ?? 0) + bytes,
    minute: { since, events: before.events + 1, bytes: before.bytes + bytes },
  };
}
