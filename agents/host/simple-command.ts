/** One shell word after the other: bare, in quotes, or mixed. Bare ones hold nothing that acts. */
const BARE = '[^\\s\'"`$;&|<>(){}\\\\\\n]';
const WORD = `(?:${BARE}|'[^']*'|"(?:[^"\\\\\`$]|\\\\[\\s\\S])*")+`;
const COMMAND = new RegExp(`^\\s*${WORD}(?:[ \\t]+${WORD})*\\s*$`);

/** `… <<'TEXT'` and its lines: a text that the shell takes as it is. */
const HERE_DOCUMENT = /^([^\n]*?)<<-?\s*(['"])(\w+)\2[ \t]*\n([\s\S]*?)\n?\3\s*$/;

/**
 * A command line that runs one program with fixed words, or undefined for any other: no second
 * command, substitution, redirection or variable can hide in it. A quoted here-document is a text.
 */
export function simpleCommand(line: string): string | undefined {
  const [, head, , word = '', body = ''] = HERE_DOCUMENT.exec(line) ?? [];
  // The shell ends the text at the first line that is the word; what follows would be run.
  const isWhole = head !== undefined && !body.split('\n').includes(word);
  const command = isWhole ? head : line;
  return COMMAND.test(command) ? command.trim() : undefined;
}
