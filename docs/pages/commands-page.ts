import { COMMAND_TABLE } from '../../schemas/command-table.ts';

/** `docs/commands.md`, from the table that the commands, their help and the agents' instructions share. */
export function commandsPage(): string {
  const sections = COMMAND_TABLE.map((entry) => {
    const examples = entry.examples
      .map(([what, line]) => `# ${what}\norchestrator ${line}`)
      .join('\n\n');
    return `### \`orchestrator ${entry.path.join(' ')}\`\n\n${entry.summary}\n\n\`\`\`sh\n${examples}\n\`\`\``;
  });
  return `# Commands

Each has \`--help\` with its options, and \`--json\`.

${sections.join('\n\n')}
`;
}
