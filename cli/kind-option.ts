import { KIND_NAMES } from '../agents/agent-kinds.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import { described } from './options.ts';

/** `--kind`, with the kinds that there are in its help: the table of commands may not import them. */
export const describedKind = (command: 'agents' | 'create'): { description: string } => ({
  description: `${described(command, '--kind').description} One of ${KIND_NAMES.join(', ')}.`,
});

/** Throws ORC_UNKNOWN_KIND. Which of them this system can start, its spawner says. */
export function requireKind(kind: string, option = '--kind'): void {
  if (KIND_NAMES.includes(kind)) return;
  const what = `${option} ${JSON.stringify(kind)} is none of ${KIND_NAMES.join(', ')}`;
  throw new OrchestratorError('ORC_UNKNOWN_KIND', what);
}
