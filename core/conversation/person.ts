import type { Person } from '../../schemas/events/parts.ts';

/** How a person is written in sources and for people: `terminal/ada`. */
export const personName = ({ channel, userId }: Person): string => `${channel}/${userId}`;
