import { Command } from 'clipanion';

/** `orchestrator` alone, or with `--help`: every command in a line. */
export class HelpCommand extends Command {
  static override paths = [['help'], ['--help'], ['-h'], Command.Default];

  override async execute(): Promise<number> {
    this.context.stdout.write(this.cli.usage(null));
    return 0;
  }
}
