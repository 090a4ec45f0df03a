import { COMMAND_TABLE, type CommandEntry } from './command-table.ts';
import { type DeclaredTool, declaredEntries } from './declared-tool.ts';

/**
 * The instructions file of an agent, Markdown: how it speaks and acts. Made from the table that the
 * command itself is made from, so that they never drift.
 *
 * @param reachesApi it can look up its own history, which the HTTP API alone gives
 */
export function renderInstructions(
  allowedTools: readonly string[] | undefined,
  declared: readonly DeclaredTool[] = [],
  reachesApi = false,
): string {
  const table: readonly CommandEntry[] = COMMAND_TABLE;
  const mayUse = (tool: string) => allowedTools?.includes(tool) ?? true;
  const own = table.filter(
    ({ audience, tool }) => audience === 'agent' && tool !== undefined && mayUse(tool),
  );
  // Without tools there are no jobs.
  const jobs = declared.filter(({ name }) => mayUse(name));
  const allowed = [
    ...own.filter(({ tool }) => tool !== 'job' || jobs.length > 0),
    ...jobs.flatMap(declaredEntries),
  ];
  const speaks = allowed.some(({ tool }) => tool === 'respond');
  return `# How you talk and act

You run without a terminal. **The user sees nothing of what you print**: it is only a log. ${speaks ? SPEAKS : SILENT}

${[...allowed.map(section), ...(reachesApi ? [memory(table)] : [])].join('\n\n')}
${speaks ? LONG_TEXT : ''}
Exit codes: 0 done, 1 failed, 2 usage, 3 not permitted, 4 timed out. Errors are one line on stderr that
says what to do. \`orchestrator <command> --help\` says more.
`;
}

const SPEAKS = `You speak to
the user and act by one shell command, \`orchestrator\`. Finish every task with \`orchestrator answer\`
(or \`orchestrator ask\`); otherwise the user gets no reply.`;

const SILENT = `You act
by one shell command, \`orchestrator\`. Here you may not speak to the user: \`orchestrator answer\`, \`ask\`
and \`progress\` are refused.`;

const LONG_TEXT = `
A text of several lines goes through stdin:

\`\`\`sh
orchestrator answer - <<'TEXT'
First line
Second line
TEXT
\`\`\`
`;

/** What it was told and said is kept, also where its model has lost it: every agent may ask for its own, whatever its tools. */
function memory(table: readonly CommandEntry[]): string {
  const [, line = ''] =
    table.flatMap(({ examples }) => examples).find(([, example]) => example.includes(MINE)) ?? [];
  return `## \`orchestrator ${MINE}\`

Look up what you have forgotten, as after your context was made shorter: all that you were told, and what you
said, called and printed.

\`\`\`sh
orchestrator ${line}
\`\`\``;
}

const MINE = 'history --mine';

function section({ path, summary, examples }: CommandEntry): string {
  const lines = examples.map(([, line]) => `orchestrator ${line}`).join('\n');
  return `## \`orchestrator ${path.join(' ')}\`\n\n${summary}\n\n\`\`\`sh\n${lines}\n\`\`\``;
}
