import type { LeftBehind } from '../../../../schemas/events/process.ts';

/** How a process ended, in words for people. */
export function endDetail(end: {
  code: number | null;
  signal: string | null;
  outOfMemory?: boolean | undefined;
}): string {
  const how =
    end.signal === null ? `exit code ${end.code ?? 'unknown'}` : `killed by ${end.signal}`;
  return end.outOfMemory ? `out of memory, ${how}` : how;
}

/** With what could not be ended, where something could not. */
export const withLeft = (detail: string, left: LeftBehind | undefined): string =>
  left === undefined ? detail : `${detail}; ${left.count} of its processes could not be ended`;
