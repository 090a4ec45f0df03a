import { howLong } from '../../platform/text/how-long.ts';

/** From one instant (RFC 3339) to another, or to now. */
export const between = (from: string, to: string | undefined, now: number): string =>
  howLong((to === undefined ? now : Date.parse(to)) - Date.parse(from));

/** An instant by the clock of whoever looks: the time of today, else with its day. */
export function clock(time: string, now = new Date()): string {
  const date = new Date(time);
  const isToday = date.toDateString() === now.toDateString();
  const day = isToday ? {} : ({ month: 'short', day: 'numeric' } as const);
  return date.toLocaleString(undefined, {
    ...day,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** `1.5 MB`. */
export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let amount = size;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

export const person = (who: { channel: string; userId: string } | undefined): string =>
  who === undefined ? '' : `${who.channel}/${who.userId}`;
