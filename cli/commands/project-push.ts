import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isBranchName, NO_BRANCH } from '../../schemas/project-source.ts';
import { WorkCommand } from '../agent/work-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectPushCommand extends WorkCommand {
  static override paths = [['project', 'push']];
  static override usage = usageOf('project push');

  to = Option.String('--to', described('project push', '--to'));

  override async execute(): Promise<void> {
    const { to } = this;
    if (to !== undefined && !isBranchName(to)) {
      throw new OrchestratorError('ORC_USAGE', `--to ${JSON.stringify(to)}: ${NO_BRANCH}`);
    }
    // As the service has it.
    const pushed = (await this.ask('push', to === undefined ? {} : { to })) as {
      to: string;
      commit: string;
    };
    this.print(pushed, `${pushed.to} is at ${pushed.commit.slice(0, 12)}\n`);
  }
}
