import { Command } from 'clipanion';
import { type CommandName, commandEntry } from '../schemas/command-table.ts';

/** Clipanion's usage of a command, from the one table. */
export function usageOf(name: CommandName) {
  const { audience, summary, details, examples } = commandEntry(name);
  return Command.Usage({
    category: audience === 'agent' ? 'For agents' : 'For operators',
    description: summary,
    ...(details !== undefined && { details }),
    examples: examples.map(([what, line]): [string, string] => [what, `orchestrator ${line}`]),
  });
}
