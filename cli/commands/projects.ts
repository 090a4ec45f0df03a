import { allProjects } from '../../core/operator/all-projects.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ProjectsCommand extends OperatorCommand {
  static override paths = [['projects']];
  static override usage = usageOf('projects');

  protected async work({ views }: OperatorContext): Promise<undefined> {
    const projects = await allProjects(views, this.timeoutMs);
    const rows = projects.map(({ id, name, phase, repo, agentId, createdAt }) => [
      id,
      name,
      phase ?? 'ready',
      repo ?? agentId ?? '',
      createdAt,
    ]);
    this.print(projects, textTable(['id', 'name', 'state', 'from', 'created'], rows));
  }
}
