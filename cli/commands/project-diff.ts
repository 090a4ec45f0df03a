import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { WorkCommand } from '../agent/work-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectDiffCommand extends WorkCommand {
  static override paths = [['project', 'diff']];
  static override usage = usageOf('project diff');

  turn = Option.String('--turn', described('project diff', '--turn'));

  override async execute(): Promise<void> {
    const { turn } = this;
    if (turn !== undefined && turn !== 'last' && turn !== 'all') {
      throw new OrchestratorError(
        'ORC_USAGE',
        `--turn ${JSON.stringify(turn)} is neither last nor all`,
      );
    }
    // As the service, and the schema of the tool's result, have it.
    const shown = (await this.ask('diff', turn === undefined ? {} : { turn })) as {
      diff: string;
      truncated: boolean;
    };
    this.print(shown, shown.diff);
    if (shown.truncated) this.context.stderr.write('There is more: the diff is cut at 512 KiB.\n');
  }
}
