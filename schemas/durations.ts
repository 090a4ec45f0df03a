const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** 100 years. */
export const MAX_DURATION_MS = 100 * 365 * 86_400_000;

const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;

/** Milliseconds of `90s`, `2h`, `1h30m`, `250ms`; undefined for anything else, zero and more than 100 years included. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim();
  PART.lastIndex = 0;
  let total = 0;
  let end = 0;
  for (let part = PART.exec(compact); part !== null; part = PART.exec(compact)) {
    total += Number(part[1]) * (UNITS[part[2] ?? ''] ?? 0);
    end = PART.lastIndex;
  }
  const ms = Math.round(total);
  return end === compact.length && ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

/** The shortest spelling that {@link parseDuration} reads back: `2h`, `1h30m`, `1.5s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))}s`;
  const minutes = Math.round(ms / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return `${hours > 0 ? `${hours}h` : ''}${rest > 0 || hours === 0 ? `${rest}m` : ''}`;
}
