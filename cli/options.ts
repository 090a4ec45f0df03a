import { Option } from 'clipanion';
import { type CommandName, commandOption } from '../schemas/command-table.ts';
import { parseDuration } from '../schemas/durations.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import type { Person } from '../schemas/events/parts.ts';
import { isToken } from '../schemas/ids.ts';

/** What the one table says of an option, for clipanion. */
export function described(command: CommandName, flags: string): { description: string } {
  return { description: commandOption(command, flags).what };
}

/** `--json`, on every command: the result as one JSON value a line. */
export const jsonOption = () => Option.Boolean('--json', false, { description: 'Print JSON.' });

/** Milliseconds of an option's duration. Throws ORC_USAGE that names the option. */
export function durationOption(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  const what = `${name} ${JSON.stringify(text)} is no duration such as 30s, 10m or 2h`;
  throw new OrchestratorError('ORC_USAGE', what);
}

/** `<channel>/<user id>`. Throws ORC_USAGE. */
export function personOption(flag: string, text: string): Person {
  const [channel = '', userId = '', ...rest] = text.split('/');
  if (isToken(channel) && isToken(userId) && rest.length === 0) return { channel, userId };
  const what = `${flag} ${JSON.stringify(text)} is not <channel>/<user id>`;
  throw new OrchestratorError('ORC_USAGE', what);
}
