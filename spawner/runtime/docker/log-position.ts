/**
 * A place in one stream of a container's log: behind the `count`th frame of this timestamp. Several
 * frames may have one (the pieces of a long line have).
 */
export interface LogPosition {
  timestamp: string;
  count: number;
}

export const formatPosition = ({ timestamp, count }: LogPosition): string =>
  `${timestamp}/${count}`;

/** Undefined where it is none of ours. */
export function parsePosition(text: string): LogPosition | undefined {
  const [, timestamp, count] = /^(\d{4}-[^/]+Z)\/(\d+)$/.exec(text) ?? [];
  return timestamp === undefined ? undefined : { timestamp, count: Number(count) };
}

/** As the engine takes a time: seconds since 1970, with nanoseconds. */
export function sinceOf({ timestamp }: LogPosition): string {
  const seconds = Math.floor(Date.parse(timestamp) / 1000);
  return `${seconds}.${timestamp.slice(20, 29)}`;
}
