import { UsageError } from 'clipanion';
import { OrchestratorError } from '../schemas/errors.ts';
import { COMMAND_FILES, calledCommand } from './command-files.ts';
import { nearest } from './nearest.ts';

/** What clipanion says of a command line, as one of our errors; undefined for anything else. */
export function usageError(error: unknown, args: readonly string[]): OrchestratorError | undefined {
  if (error instanceof UsageError) return new OrchestratorError('ORC_USAGE', error.message);
  if (!(error instanceof Error) || error.name !== 'UnknownSyntaxError') return undefined;
  const called = calledCommand(args);
  if (called === undefined) return unknownCommand(args);
  // The first line says what is wrong; the rest is the usage, which `--help` has as well.
  const [what = ''] = error.message.split('\n').filter((line) => line.trim() !== '');
  const detail = what.replace(/^Command not found; did you mean:?$/, 'The arguments do not fit');
  const cure = `See \`orchestrator ${called} --help\`.`;
  return new OrchestratorError('ORC_USAGE', `${called}: ${detail.replace(/[.:]$/, '')}`, { cure });
}

function unknownCommand(args: readonly string[]): OrchestratorError {
  const typed = args.filter((arg) => !arg.startsWith('-')).slice(0, 2);
  const [first = ''] = typed;
  const names = Object.keys(COMMAND_FILES);
  const family = names.filter((name) => name.startsWith(`${first} `));
  if (family.length > 0) {
    const cure = `Try ${family.map((name) => `\`orchestrator ${name}\``).join(', ')}.`;
    return new OrchestratorError('ORC_USAGE', `There is no command "${typed.join(' ')}"`, { cure });
  }
  const close = nearest(first, names);
  const cure = close
    ? `Did you mean \`orchestrator ${close}\`? \`orchestrator --help\` lists all.`
    : 'See `orchestrator --help`.';
  return new OrchestratorError('ORC_USAGE', `There is no command ${JSON.stringify(first)}`, {
    cure,
  });
}
