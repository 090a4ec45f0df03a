import { Option } from 'clipanion';
import { wantedAgent } from '../../agents/wanted-agent.ts';
import { awaitStart, createAgent } from '../../core/operator/create-agent.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import { describedKind } from '../kind-option.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, durationOption, personOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class CreateCommand extends OperatorCommand {
  static override paths = [['create']];
  static override usage = usageOf('create');

  kind = Option.String('--kind', describedKind('create'));
  ttl = Option.String('--ttl', described('create', '--ttl'));
  command = Option.String('--command', described('create', '--command'));
  name = Option.String('--name', described('create', '--name'));
  model = Option.String('--model', described('create', '--model'));
  effort = Option.String('--effort', described('create', '--effort'));
  owner = Option.String('--owner', described('create', '--owner'));
  project = Option.String('--project', described('create', '--project'));
  branch = Option.String('--branch', described('create', '--branch'));
  inPlace = Option.Boolean('--in-place', false, described('create', '--in-place'));
  wait = Option.Boolean('--wait', true, described('create', '--wait'));

  protected async work(context: OperatorContext): Promise<undefined> {
    const { settings, log, views } = context;
    const { kind, name, command: commandLine, model, effort, timeoutMs } = this;
    const ttlMs = this.ttl ? durationOption('--ttl', this.ttl) : undefined;
    const project = await this.#project(context);
    const wanted = { kind, name, ttlMs, commandLine, model, effort, project };
    const wish = wantedAgent(settings, wanted, (what) => `--${what}`);
    const owner = this.owner === undefined ? undefined : personOption('--owner', this.owner);
    const created = await createAgent(wish, { log, views, owner, timeoutMs });
    if (this.wait) await awaitStart(log, created, timeoutMs);
    const { sequence: _, ...shown } = created;
    this.print(shown, `${created.agentId}\n`);
  }

  async #project({ views }: OperatorContext): Promise<AgentProject | undefined> {
    const { project: ref, branch, inPlace } = this;
    if (ref === undefined && (branch !== undefined || inPlace)) {
      throw new OrchestratorError('ORC_USAGE', '--branch and --in-place are of a --project');
    }
    if (ref === undefined) return undefined;
    const { knownProject } = await import('../../core/operator/known-project.ts');
    const { id } = await knownProject(views, ref, this.timeoutMs);
    return { id, ...(branch !== undefined && { branch }), ...(inPlace && { inPlace }) };
  }
}
