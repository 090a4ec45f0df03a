import { KIND_NAMES } from '../agents/agent-kinds.ts';
import { described } from './options.ts';

/** `--kind`, with the kinds that there are in its help: the table of commands may not import them. */
export const describedKind = (
  command: 'agents' | 'create' | 'fork' | 'what-if',
): { description: string } => ({
  description: `${described(command, '--kind').description} One of ${KIND_NAMES.join(', ')}.`,
});
