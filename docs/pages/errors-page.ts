import { ERRORS } from '../../schemas/errors.ts';
import { markdownTable } from './markdown-table.ts';

/** `docs/errors.md`, from the table that the errors are made with. */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(([code, { meaning, cure, exit }]) => [
    `\`${code}\``,
    meaning,
    cure,
    String(exit),
  ]);
  return `# Errors

Every error is one line on stderr: the code, what is wrong, what to do. Exit codes: 0 done, 1 failed,
2 usage, 3 not permitted, 4 timed out.

${markdownTable(['code', 'meaning', 'what to do', 'exit'], rows)}
`;
}
