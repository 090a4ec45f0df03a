import { Option } from 'clipanion';
import { ToolCommand } from '../agent/tool-command.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectArchiveCommand extends ToolCommand {
  static override paths = [['project', 'archive']];
  static override usage = usageOf('project archive');

  project = Option.String('--project', {
    required: true,
    ...described('project archive', '--project'),
  });

  override async execute(): Promise<void> {
    this.context.stdout.write(`${JSON.stringify(await this.#done())}\n`);
  }

  async #done(): Promise<unknown> {
    const { project } = this;
    if (this.isAgents) return this.call('project', 'archive', { project });
    // Operators alone pay for what this loads.
    const { archiveProject } = await import('../operator/state-of-project.ts');
    const timeoutMs = durationOption('--timeout', this.timeout);
    return archiveProject(this.context.env, project, timeoutMs);
  }
}
