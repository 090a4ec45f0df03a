import { Command, Option } from 'clipanion';
import { described, durationOption, jsonOption } from '../options.ts';

/** What every command that states something has: `--json`, and `--timeout` for all of it. */
export abstract class SayCommand extends Command {
  json = jsonOption();
  timeout = Option.String('--timeout', '20s', described('answer', '--timeout'));

  protected get timeoutMs(): number {
    return durationOption('--timeout', this.timeout);
  }
}
