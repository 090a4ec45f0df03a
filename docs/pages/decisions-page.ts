import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './markdown-table.ts';

const FOLDER = join(import.meta.dirname, '..', 'decisions');

interface Decision {
  number: string;
  file: string;
  title: string;
  date: string;
  status: string;
}

/** `docs/decisions/README.md`: the index of the decisions, from what each says at its top. */
export function decisionsPage(): string {
  const rows = decisions().map(({ number, file, title, date, status }) => [
    number,
    `[${title}](${file})`,
    date,
    status,
  ]);
  return `# Decisions

Why it is as it is: each a page with its context, the decision and what follows from it. A line of code that
looks odd links its own.

${markdownTable(['', 'decision', 'date', 'status'], rows)}

Numbers come in blocks of ten, one for each part of the system, so that people who work side by side do not
take the same one: 0001 the log, agents and their runtimes, 0010 several spawners, health and images, 0020 the
bot, 0030 the Redis adapters, 0040 the agents' own side, 0050 the house. A number that is missing was never
used.

A new one: \`docs/decisions/NNNN-what-it-says.md\` with the title, \`* Status: accepted\`, \`* Date: YYYY-MM-DD\`,
then **Context.**, **Decision.** and **Consequence.**, on one page; \`npm run docs\` puts it here. One that does
not hold any more is kept: its status becomes \`superseded by NNNN\`.
`;
}

function decisions(): Decision[] {
  return readdirSync(FOLDER)
    .filter((file) => file !== 'README.md')
    .sort()
    .map((file) => decisionOf(file, readFileSync(join(FOLDER, file), 'utf8')));
}

/** Throws where its first lines do not say what the index wants to know. */
function decisionOf(file: string, text: string): Decision {
  const head = /^# (\d{4}): (.+)\n\n\* Status: (.+)\n\* Date: (\d{4}-\d\d-\d\d)\n/.exec(text);
  const [, number = '', title = '', status = '', date = ''] = head ?? [];
  if (!head || !file.startsWith(`${number}-`)) {
    throw new Error(`${file} does not begin with “# NNNN: title”, “* Status: …” and “* Date: …”`);
  }
  return { number, file, title, date, status };
}
