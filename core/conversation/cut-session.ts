import { objectOf, parsedLines, stringsIn } from './session-lines.ts';
import type { SessionSpan } from './session-span.ts';

/**
 * The lines of a session file up to the end of a turn: JSON objects, of which those that were said or done have a
 * `timestamp`, as Claude Code and Codex write them. Undefined where it is not certain that these are all lines of that turn and
 * of those before it, and none of a later one. Pure.
 *
 * It is certain where the clock of the lines and the texts of the messages say the same: a message of the last turn stands in a line
 * that was written while that turn ran; the cut is at the first line that was written after the next turn began; what later
 * messages say stands behind the cut, and not between that message and the cut.
 *
 * @param text of the file, which may end within a line
 * @param mayBeCut it may be a file that was cut there already, and not written to since
 */
export function cutSession(
  text: string,
  { last, later }: SessionSpan,
  { mayBeCut = false } = {},
): string | undefined {
  const lines = parsedLines(text);
  if (lines === undefined) return undefined;
  const at = lines.map(({ value }) => timeOf(value));
  const says = (index: number, texts: readonly string[]) =>
    at[index] !== undefined && texts.some((each) => saysExactly(lines[index]?.value, each));
  const isOwn = (index: number) => {
    const time = at[index] ?? 0;
    return time >= last.startedAt && time <= last.endedAt && says(index, last.texts);
  };
  const own = lines.findIndex((_, index) => isOwn(index));
  if (own < 0) return undefined;
  if (later === undefined) return whole(lines.map(({ line }) => line));
  const cut = at.findIndex((time) => time !== undefined && time >= later.startedAt);
  if (cut < 0)
    return mayBeCut || later.texts.length === 0 ? whole(lines.map(({ line }) => line)) : undefined;
  const news = later.texts.filter((each) => !last.texts.includes(each));
  const told = lines.findLastIndex((_, index) => says(index, later.texts));
  const isLeaked = lines.some((_, index) => index > own && index < cut && says(index, news));
  if (own >= cut || isLeaked || (later.texts.length > 0 && told < cut)) return undefined;
  // A line without a time that stands right before the cut may be of the next turn.
  const end = at.findLastIndex((time, index) => index < cut && time !== undefined);
  return whole(lines.slice(0, end + 1).map(({ line }) => line));
}

const whole = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function timeOf(value: unknown): number | undefined {
  const { timestamp } = objectOf(value);
  const time = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A host may have put a digest before it, as a paragraph of its own. */
function saysExactly(value: unknown, text: string): boolean {
  const wanted = text.trim();
  for (const one of stringsIn(value)) {
    const said = one.trim();
    if (said === wanted || said.endsWith(`\n\n${wanted}`)) return true;
  }
  return false;
}
