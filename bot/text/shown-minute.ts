/** An instant (RFC 3339, in UTC) as a chat shows it: `2026-11-28 14:02`. Pure. */
export const shownMinute = (instant: string): string => instant.slice(0, 16).replace('T', ' ');
