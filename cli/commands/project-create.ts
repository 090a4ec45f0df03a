import { Command, Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { callTool } from '../agent/call-tool.ts';
import { durationOption, jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectCreateCommand extends Command {
  static override paths = [['project', 'create']];
  static override usage = usageOf('project create');

  name = Option.String('--name,-n', { required: true, description: '1 to 100 characters.' });
  timeout = Option.String('--timeout', '30s', { description: 'How long to wait for the result.' });
  json = jsonOption();

  override async execute(): Promise<void> {
    const name = this.name.trim();
    if (name.length < 1 || name.length > 100) {
      throw new OrchestratorError('ORC_BAD_INPUT', 'A project name has 1 to 100 characters');
    }
    const timeoutMs = durationOption('--timeout', this.timeout);
    const call = { tool: 'project', verb: 'create', input: { name }, timeoutMs };
    this.context.stdout.write(`${JSON.stringify(await callTool(call, this.context))}\n`);
  }
}
