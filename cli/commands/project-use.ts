import { Option } from 'clipanion';
import { ToolCommand } from '../agent/tool-command.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectUseCommand extends ToolCommand {
  static override paths = [['project', 'use']];
  static override usage = usageOf('project use');

  project = Option.String('--project', {
    required: true,
    ...described('project use', '--project'),
  });
  owner = Option.String('--owner', described('project use', '--owner'));

  override async execute(): Promise<void> {
    this.context.stdout.write(`${JSON.stringify(await this.#done())}\n`);
  }

  async #done(): Promise<unknown> {
    const { project } = this;
    if (this.isAgents) return this.call('project', 'use', { project });
    // Operators alone pay for what this loads.
    const { useProject } = await import('../operator/state-of-project.ts');
    const timeoutMs = durationOption('--timeout', this.timeout);
    return useProject(this.context.env, project, this.owner, timeoutMs);
  }
}
