import { Command, Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isToken } from '../../schemas/ids.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, durationOption, jsonOption } from '../options.ts';
import { callAnyway } from './call-anyway.ts';

/**
 * What an agent asks by a tool call and an operator of the system itself: who calls is told by the
 * environment, as the spawner makes it for agents.
 */
export abstract class JobCommand extends Command {
  json = jsonOption();
  timeout = Option.String('--timeout', '30s', described('job get', '--timeout'));

  protected get timeoutMs(): number {
    return durationOption('--timeout', this.timeout);
  }

  protected get isAgent(): boolean {
    return Boolean(this.context.env.ORCHESTRATOR_AGENT_ID);
  }

  protected asAgent(verb: 'get' | 'list' | 'cancel', input: Record<string, unknown>) {
    return callAnyway({ tool: 'job', verb, input, timeoutMs: this.timeoutMs }, this.context);
  }

  protected async asOperator<T>(work: (context: OperatorContext) => Promise<T>): Promise<T> {
    const { withSystem } = await import('../operator/operator-context.ts');
    return withSystem(this.context.env, this.timeoutMs, work);
  }

  protected print(value: unknown): void {
    this.context.stdout.write(`${JSON.stringify(value)}\n`);
  }
}

/** Throws ORC_BAD_INPUT for what can be no job's. */
export function requireJobId(text: string): string {
  if (isToken(text)) return text;
  throw new OrchestratorError('ORC_BAD_INPUT', `${JSON.stringify(text)} is not a job id`);
}
