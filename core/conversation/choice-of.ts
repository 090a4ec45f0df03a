/**
 * Which of the choices of a question a person means: as {@link namedChoice} has it, or by a
 * beginning that only one of them has. Undefined where none is meant, or more than one.
 *
 * @example
 * choiceOf('4', ['once', 'for this session', 'always', 'no']); // 'no'
 * choiceOf('al', ['once', 'for this session', 'always', 'no']); // 'always'
 */
export function choiceOf(text: string, choices: readonly string[]): string | undefined {
  const named = namedChoice(text, choices);
  const typed = folded(text);
  if (named !== undefined || typed === '' || isNumber(typed)) return named;
  return only(choices.filter((choice) => folded(choice).startsWith(typed)));
}

/** The choice that a text names: by itself, whatever the case of its letters, or by its number from 1. */
export function namedChoice(text: string, choices: readonly string[]): string | undefined {
  const same = choices.find((choice) => choice === text.trim());
  if (same !== undefined) return same;
  const typed = folded(text);
  const alike = choices.filter((choice) => folded(choice) === typed);
  if (alike.length > 0) return only(alike);
  return isNumber(typed) ? choices[Number.parseInt(typed, 10) - 1] : undefined;
}

/** `2`, `2.` or `2)`. */
const isNumber = (text: string): boolean => /^\d+[.)]?$/.test(text);

const folded = (text: string): string => text.trim().toLowerCase();

const only = (found: readonly string[]): string | undefined =>
  found.length === 1 ? found[0] : undefined;
