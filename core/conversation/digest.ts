import type { StoredEvent } from '../../schemas/event.ts';

/** Who said what. */
export interface Saying {
  by: 'user' | 'agent';
  text: string;
  /** The message that it is, of a user. */
  commandId?: string;
}

/** Characters of a digest, and of one saying in it. */
const MAX_DIGEST = 6_000;
const MAX_SAYING = 1_000;

/** What an event of an agent says between people; undefined for any other. Pure. */
export function sayingOf(event: StoredEvent): Saying | undefined {
  switch (event.type) {
    case 'command.send':
      return { by: 'user', text: event.data.text, commandId: event.id };
    case 'response.answer':
    case 'response.question':
      return { by: 'agent', text: event.data.text };
    default:
      return undefined;
  }
}

/**
 * What was said, for an agent that goes on without a memory of its own: the last sayings, as many as
 * fit, each shortened. Empty where nothing was said. Pure.
 *
 * @param total how many there were; `sayings` may be the last of them
 */
export function digestOf(sayings: readonly Saying[], total = sayings.length): string {
  const lines: string[] = [];
  let left = MAX_DIGEST;
  for (const { by, text } of sayings.toReversed()) {
    const line = `${by === 'user' ? 'The user' : 'You'}: ${shortened(text)}`;
    left -= line.length;
    if (left < 0) break;
    lines.unshift(line);
  }
  if (lines.length === 0) return '';
  const which = lines.length < total ? `the last ${lines.length} of ` : '';
  return [
    `[You go on after a break, in the same folder, without a memory of what was said. It was, ${which}${total} messages:]`,
    ...lines,
    '[That was before. Now the user says:]',
  ].join('\n');
}

const shortened = (text: string): string =>
  text.length <= MAX_SAYING ? text : `${text.slice(0, MAX_SAYING).toWellFormed()} …`;
