import type { Person } from '../../schemas/events/parts.ts';

export const samePerson = (a: Person | undefined, b: Person): boolean =>
  a?.channel === b.channel && a.userId === b.userId;
