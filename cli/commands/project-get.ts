import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isToken } from '../../schemas/ids.ts';
import { ToolCommand } from '../agent/tool-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectGetCommand extends ToolCommand {
  static override paths = [['project', 'get']];
  static override usage = usageOf('project get');

  id = Option.String('--id', { required: true, ...described('project get', '--id') });

  override async execute(): Promise<void> {
    const projectId = this.id;
    if (!isToken(projectId)) {
      const what = `${JSON.stringify(projectId)} is not a project id`;
      throw new OrchestratorError('ORC_BAD_INPUT', what);
    }
    const project = await this.call('project', 'get', { projectId });
    this.context.stdout.write(`${JSON.stringify(project)}\n`);
  }
}
