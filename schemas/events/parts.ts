import { z } from 'zod';
import { MAX_DURATION_MS } from '../durations.ts';
import { AGENT_ID, TOKEN } from '../ids.ts';
import { MAX_TEXT } from '../limits.ts';
import { isVisible, NOT_VISIBLE } from '../visible-text.ts';

export const agentId = z.string().regex(AGENT_ID, 'agent- and 12 hex digits');
export const token = z.string().regex(TOKEN, 'letters, digits, _ and - only');
/** A name, in which every character shows: it stands in tables, lines and prompts. */
export const visibleName = z.string().refine(isVisible, NOT_VISIBLE);
export const instant = z.iso.datetime();
/** At most 100 years: what is added to a date stays one. */
export const milliseconds = z.int().positive().max(MAX_DURATION_MS);

/** A shell's command line: what becomes an argument of a program cannot hold a NUL (POSIX, `exec`). */
export const commandLine = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0'), 'a command line without a NUL character');

/**
 * What an agent says, in at most so many characters (8 Mi without a number): half of a surrogate
 * pair becomes U+FFFD. Everything else that it may write (NUL, escape sequences) is kept as it is:
 * who shows it sees to that.
 */
export const saidText = (max = MAX_TEXT) =>
  z
    .string()
    .max(max)
    .overwrite((text) => text.toWellFormed());

/** What the runtimes keep in an agent's home. */
const KEPT = ['.orchestrator', 'runs'];

/** A file below an agent's home: `workspace/notes.md`; neither absolute nor with `..` in it. */
export const homePath = visibleName
  .min(1)
  .max(4096)
  .refine(isInside, 'a path relative to the home, without `.`, `..` or NUL');

function isInside(path: string): boolean {
  const parts = path.split('/');
  const ours = KEPT.includes(parts[0] ?? '');
  return !ours && !path.includes('\0') && parts.every((part) => !['', '.', '..'].includes(part));
}

/** A person in a channel: `telegram`, `terminal`, `redis`, … */
export const person = z.object({ channel: token, userId: token });
export type Person = z.infer<typeof person>;
