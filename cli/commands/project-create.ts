import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { NO_SOURCE, projectSource } from '../../schemas/project-source.ts';
import { isVisible, NOT_VISIBLE } from '../../schemas/visible-text.ts';
import { ToolCommand } from '../agent/tool-command.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectCreateCommand extends ToolCommand {
  static override paths = [['project', 'create']];
  static override usage = usageOf('project create');

  name = Option.String('--name,-n', {
    required: true,
    ...described('project create', '--name,-n'),
  });

  repo = Option.String('--repo', described('project create', '--repo'));
  branch = Option.String('--branch', described('project create', '--branch'));
  owner = Option.String('--owner', described('project create', '--owner'));

  override async execute(): Promise<void> {
    const name = this.name.trim();
    if (name.length < 1 || name.length > 100) {
      throw new OrchestratorError('ORC_BAD_INPUT', 'A project name has 1 to 100 characters');
    }
    if (!isVisible(name)) {
      throw new OrchestratorError('ORC_BAD_INPUT', `A project name has ${NOT_VISIBLE}`);
    }
    this.context.stdout.write(`${JSON.stringify(await this.#created(name))}\n`);
  }

  async #created(name: string): Promise<unknown> {
    const { repo, branch, owner } = this;
    if (!this.isAgents) {
      // Operators alone pay for what this loads.
      const { createProject } = await import('../operator/state-of-project.ts');
      const timeoutMs = durationOption('--timeout', this.timeout);
      return createProject(this.context.env, { name, repo, branch, owner }, timeoutMs);
    }
    if (repo !== undefined && projectSource(repo) === undefined) {
      throw new OrchestratorError(
        'ORC_PROJECT_SOURCE',
        `--repo ${JSON.stringify(repo)}: ${NO_SOURCE}`,
      );
    }
    const from = { ...(repo !== undefined && { repo }), ...(branch !== undefined && { branch }) };
    return this.call('project', 'create', { name, ...from });
  }
}
