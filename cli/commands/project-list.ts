import { Command, Option } from 'clipanion';
import { callTool } from '../agent/call-tool.ts';
import { durationOption, jsonOption } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ProjectListCommand extends Command {
  static override paths = [['project', 'list']];
  static override usage = usageOf('project list');

  timeout = Option.String('--timeout', '30s', { description: 'How long to wait for the result.' });
  json = jsonOption();

  override async execute(): Promise<void> {
    const timeoutMs = durationOption('--timeout', this.timeout);
    const call = { tool: 'project', verb: 'list', input: {}, timeoutMs };
    const projects = await callTool(call, this.context);
    this.context.stdout.write(this.json ? `${JSON.stringify(projects)}\n` : projectTable(projects));
  }
}

function projectTable(projects: unknown): string {
  const rows = (Array.isArray(projects) ? projects : []).map((project: unknown) => {
    const { id, name, createdAt } = Object(project) as Record<string, unknown>;
    return [String(id), String(name), String(createdAt)];
  });
  return textTable(['id', 'name', 'created'], rows);
}
