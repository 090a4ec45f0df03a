import { ToolCommand } from '../agent/tool-command.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ProjectListCommand extends ToolCommand {
  static override paths = [['project', 'list']];
  static override usage = usageOf('project list');

  override async execute(): Promise<void> {
    const projects = await this.call('project', 'list', {});
    this.context.stdout.write(this.json ? `${JSON.stringify(projects)}\n` : projectTable(projects));
  }
}

function projectTable(projects: unknown): string {
  const rows = (Array.isArray(projects) ? projects : []).map((project: unknown) => {
    // Any value may be looked into so; what is not there is shown as such.
    const { id, name, createdAt } = Object(project) as Record<string, unknown>;
    return [String(id), String(name), String(createdAt)];
  });
  return textTable(['id', 'name', 'created'], rows);
}
