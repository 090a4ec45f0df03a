import { Command, Option } from 'clipanion';
import { described, durationOption, jsonOption } from '../options.ts';
import { callAnyway } from './call-anyway.ts';

/** What every tool call has: `--json`, and `--timeout` for its result. */
export abstract class ToolCommand extends Command {
  json = jsonOption();
  timeout = Option.String('--timeout', '30s', described('project create', '--timeout'));

  /** Called inside an agent, and not by an operator. */
  protected get isAgents(): boolean {
    return Boolean(this.context.env.ORCHESTRATOR_AGENT_ID);
  }

  /** The value that the call comes to. */
  protected call(tool: string, verb: string, input: Record<string, unknown>): Promise<unknown> {
    const timeoutMs = durationOption('--timeout', this.timeout);
    return callAnyway({ tool, verb, input, timeoutMs }, this.context);
  }
}
