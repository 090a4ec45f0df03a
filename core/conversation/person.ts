import type { Person } from '../../schemas/events/parts.ts';

/** How a person is written in sources and for people: `terminal/ada`. */
export const personName = ({ channel, userId }: Person): string => `${channel}/${userId}`;

export const samePerson = (a: Person | undefined, b: Person): boolean =>
  a?.channel === b.channel && a.userId === b.userId;
