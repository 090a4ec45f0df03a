import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isBranchName, NO_BRANCH } from '../../schemas/project-source.ts';
import { described, durationOption } from '../options.ts';
import { ToolCommand } from './tool-command.ts';

/** What is asked about the work in a project: by an agent of its own, by an operator of anybody's. */
export abstract class WorkCommand extends ToolCommand {
  project = Option.String('--project', described('project diff', '--project'));
  agent = Option.String('--agent', described('project diff', '--agent'));
  branch = Option.String('--branch', described('project diff', '--branch'));

  /** The value that it comes to. */
  protected async ask(
    verb: 'diff' | 'log' | 'merge' | 'export' | 'push',
    more: Record<string, unknown> = {},
  ): Promise<unknown> {
    const { project, agent, branch } = this;
    if (branch !== undefined && !isBranchName(branch)) {
      throw new OrchestratorError('ORC_USAGE', `--branch ${JSON.stringify(branch)}: ${NO_BRANCH}`);
    }
    if (this.isAgents) {
      if (agent !== undefined) {
        throw new OrchestratorError('ORC_USAGE', '--agent is for operators; name a --branch');
      }
      const of = {
        ...(project !== undefined && { project }),
        ...(branch !== undefined && { branch }),
      };
      return this.call('project', verb, { ...of, ...more });
    }
    // Operators alone pay for what this loads.
    const { askAboutWork } = await import('../operator/ask-about-work.ts');
    const timeoutMs = durationOption('--timeout', this.timeout);
    return askAboutWork(this.context.env, verb, { project, agent, branch }, { timeoutMs, more });
  }

  protected print(value: unknown, text: string): void {
    this.context.stdout.write(this.json ? `${JSON.stringify(value)}\n` : text);
  }
}
