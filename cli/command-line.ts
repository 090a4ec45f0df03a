import { Cli } from 'clipanion';
import { COMMAND_TABLE, type CommandEntry } from '../schemas/command-table.ts';

type Usage = ReturnType<Cli['getUsageByIndex']>;

/**
 * Clipanion's command line, whose help names the value of an option as the command table does:
 * `--timeout <duration>`. Clipanion itself shows its number, `--timeout #0`.
 */
export class CommandLine extends Cli {
  protected override getUsageByIndex(...asked: Parameters<Cli['getUsageByIndex']>): Usage {
    const { usage, options } = super.getUsageByIndex(...asked);
    const entry = COMMAND_TABLE.find(({ path }) =>
      `${usage} `.startsWith(`${this.binaryName} ${path.join(' ')} `),
    );
    return {
      usage: named(usage, entry),
      options: options.map((one) => ({ ...one, definition: named(one.definition, entry) })),
    };
  }
}

const named = (text: string, entry: CommandEntry | undefined): string =>
  text.replaceAll(/(\S+) #0/g, (_, flags: string) => {
    const bare = flags.replace(/^[[<]/, '');
    const option = entry?.options.find((one) => one.flags === bare);
    return `${flags} <${option?.value ?? 'value'}>`;
  });
