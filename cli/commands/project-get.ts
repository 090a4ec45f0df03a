import { Command, Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isToken } from '../../schemas/ids.ts';
import { callTool } from '../agent/call-tool.ts';
import { durationOption, jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProjectGetCommand extends Command {
  static override paths = [['project', 'get']];
  static override usage = usageOf('project get');

  id = Option.String('--id', { required: true, description: 'As `project create` printed it.' });
  timeout = Option.String('--timeout', '30s', { description: 'How long to wait for the result.' });
  json = jsonOption();

  override async execute(): Promise<void> {
    if (!isToken(this.id)) {
      const what = `${JSON.stringify(this.id)} is not a project id`;
      throw new OrchestratorError('ORC_BAD_INPUT', what);
    }
    const timeoutMs = durationOption('--timeout', this.timeout);
    const call = { tool: 'project', verb: 'get', input: { projectId: this.id }, timeoutMs };
    this.context.stdout.write(`${JSON.stringify(await callTool(call, this.context))}\n`);
  }
}
