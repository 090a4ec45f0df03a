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
