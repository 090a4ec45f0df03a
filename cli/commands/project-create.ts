import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isVisible, NOT_VISIBLE } from '../../schemas/visible-text.ts';
import { ToolCommand } from '../agent/tool-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectCreateCommand extends ToolCommand {
  static override paths = [['project', 'create']];
  static override usage = usageOf('project create');

  name = Option.String('--name,-n', {
    required: true,
    ...described('project create', '--name,-n'),
  });

  override async execute(): Promise<void> {
    const name = this.name.trim();
    if (name.length < 1 || name.length > 100) {
      throw new OrchestratorError('ORC_BAD_INPUT', 'A project name has 1 to 100 characters');
    }
    if (!isVisible(name)) {
      throw new OrchestratorError('ORC_BAD_INPUT', `A project name has ${NOT_VISIBLE}`);
    }
    const project = await this.call('project', 'create', { name });
    this.context.stdout.write(`${JSON.stringify(project)}\n`);
  }
}
