import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isToken } from '../../schemas/ids.ts';
import { MAX_PROJECTS } from '../../schemas/limits.ts';
import { DEFAULT_PAGE, PROJECT_COLUMNS, projectRow } from '../agent/project-page.ts';
import { ToolCommand } from '../agent/tool-command.ts';
import { described } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ProjectListCommand extends ToolCommand {
  static override paths = [['project', 'list']];
  static override usage = usageOf('project list');

  after = Option.String('--after', described('project list', '--after'));
  limit = Option.String('--limit', String(DEFAULT_PAGE), described('project list', '--limit'));

  override async execute(): Promise<void> {
    const { stdout, stderr } = this.context;
    const limit = pageSize(this.limit);
    const after = this.after;
    if (after !== undefined && !isToken(after)) {
      throw new OrchestratorError('ORC_BAD_INPUT', `${JSON.stringify(after)} is not a project id`);
    }
    // One more than is shown tells whether there are more.
    const found = await this.call('project', 'list', { limit: limit + 1, ...(after && { after }) });
    const projects: unknown[] = Array.isArray(found) ? found : [];
    const page = projects.slice(0, limit);
    stdout.write(
      this.json ? `${JSON.stringify(page)}\n` : textTable(PROJECT_COLUMNS, page.map(projectRow)),
    );
    if (projects.length <= limit) return;
    stderr.write(
      `There are more: orchestrator project list --after ${projectRow(page.at(-1))[0]}\n`,
    );
  }
}

function pageSize(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 1 && size < MAX_PROJECTS) return size;
  const what = `--limit ${JSON.stringify(text)} is not a number from 1 to ${MAX_PROJECTS - 1}`;
  throw new OrchestratorError('ORC_BAD_INPUT', what);
}
