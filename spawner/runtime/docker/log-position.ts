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

const LOST = '/lost';

/** Behind everything that the engine has: where it is said that more was lost. */
export const lostPosition = (last: string | undefined): string =>
  `${last ?? '1970-01-01T00:00:00.000000000Z/0'}${LOST}`;

/** Is nothing to come behind this position? */
export const isLost = (position: string | undefined): boolean => position?.endsWith(LOST) === true;
