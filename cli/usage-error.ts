import { UsageError } from 'clipanion';
import { commandEntry } from '../schemas/command-table.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import { COMMAND_FILES, calledCommand } from './command-files.ts';
import { nearest } from './nearest.ts';

/** What clipanion says of a command line, as one of our errors; undefined for anything else. */
export function usageError(
  error: unknown,
  args: readonly string[],
  declared: readonly string[] = [],
): OrchestratorError | undefined {
  if (error instanceof UsageError) return new OrchestratorError('ORC_USAGE', error.message);
  if (!(error instanceof Error) || error.name !== 'UnknownSyntaxError') return undefined;
  const called = calledCommand(args);
  if (called === undefined) return unknownCommand(args, error.message, declared);
  const { takes } = commandEntry(called);
  const dashes = takes && '; a text that begins with a dash goes behind `--`, or to stdin';
  const cure = `See \`orchestrator ${called} --help\`${dashes ?? ''}.`;
  return usage(`${called}: ${reasonOf(error.message)}`, cure);
}

/** The first line says what is wrong; the rest is the usage, which `--help` has as well. */
function reasonOf(message: string): string {
  const [what = ''] = message.split('\n').filter((line) => line.trim() !== '');
  return what.startsWith('Command not found')
    ? 'The arguments do not fit; a text of several words needs quotes'
    : what.replace(/[.:]$/, '');
}

function unknownCommand(
  args: readonly string[],
  message: string,
  declared: readonly string[],
): OrchestratorError {
  const typed = args.filter((arg) => !arg.startsWith('-')).slice(0, 2);
  const [first] = typed;
  if (first === undefined) {
    return usage(`There is no option ${JSON.stringify(args[0])}`, 'See `orchestrator --help`.');
  }
  if (declared.some((name) => name.split(' ')[0] === first)) {
    return usage(`${first}: ${reasonOf(message)}`, `See \`orchestrator ${first} --help\`.`);
  }
  const names = [...Object.keys(COMMAND_FILES), ...declared];
  const family = names.filter((name) => name.startsWith(`${first} `));
  if (family.length > 0) {
    const cure = `Try ${family.map((name) => `\`orchestrator ${name}\``).join(', ')}.`;
    return usage(`There is no command ${JSON.stringify(typed.join(' '))}`, cure);
  }
  const close = nearest(first, names);
  const cure = close
    ? `Did you mean \`orchestrator ${close}\`? \`orchestrator --help\` lists all.`
    : 'See `orchestrator --help`.';
  return usage(`There is no command ${JSON.stringify(first)}`, cure);
}

const usage = (what: string, cure: string): OrchestratorError =>
  new OrchestratorError('ORC_USAGE', what, { cure });
