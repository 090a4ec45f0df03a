import { Option } from 'clipanion';
import {
  AgentClient,
  type AgentWish,
  type CreatedAgent,
} from '../../core/conversation/agent-client.ts';
import { allAgents, LIVING } from '../../core/conversation/all-agents.ts';
import { nameFor } from '../../core/conversation/name-for.ts';
import { isAgentName, NO_AGENT_NAME, tidyAgentName } from '../../schemas/agent-name.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { describedKind, requireKind } from '../kind-option.ts';
import { awaitEvent } from '../operator/await-event.ts';
import { giveCommand, requireUnderstood } from '../operator/give-command.ts';
import { isReady } from '../operator/is-ready.ts';
import { requireModel } from '../operator/model-option.ts';
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
    const { settings, log } = context;
    const kind = this.kind ?? settings.ORCHESTRATOR_AGENT;
    requireKind(kind);
    requireModel(kind, this.model, this.effort);
    const agentId = newAgentId();
    const wish = {
      kind,
      ...(this.name !== undefined && { name: nameOf(this.name) }),
      ttlMs: this.ttl ? durationOption('--ttl', this.ttl) : settings.ORCHESTRATOR_AGENT_TTL,
      turnDeadlineMs: settings.ORCHESTRATOR_TURN_DEADLINE,
      ...(this.command !== undefined && { commandLine: this.command }),
      ...(this.model !== undefined && { model: this.model }),
      ...(this.effort !== undefined && { effort: this.effort }),
      ...(await this.#inProject(context)),
    };
    requireUnderstood('command.create', wish);
    const { sequence, name } = await this.#create(context, agentId, wish);
    if (this.wait) {
      const what = `the start of ${agentId}`;
      const wanted = { of: { agentId }, from: sequence, timeoutMs: this.timeoutMs, what };
      await awaitEvent(log, wanted, (event) => isReady(event) || undefined);
    }
    this.print({ agentId, ...(name !== agentId && { name }) }, `${agentId}\n`);
  }

  async #inProject({ views }: OperatorContext): Promise<Pick<AgentWish, 'project'>> {
    const { project: ref, branch, inPlace } = this;
    if (ref === undefined && (branch !== undefined || inPlace)) {
      throw new OrchestratorError('ORC_USAGE', '--branch and --in-place are of a --project');
    }
    if (ref === undefined) return {};
    const { knownProject } = await import('../operator/known-project.ts');
    const { id } = await knownProject(views, ref, this.timeoutMs);
    const how = { ...(branch !== undefined && { branch }), ...(inPlace && { inPlace }) };
    return { project: { id, ...how } };
  }

  /** An owner's talks to it from now on, and has no other that lives of its name. */
  async #create(
    { log, views }: OperatorContext,
    agentId: string,
    wish: AgentWish,
  ): Promise<CreatedAgent> {
    const { owner, timeoutMs } = this;
    if (owner !== undefined) {
      const agentClient = new AgentClient({ log, views, patience: { patienceMs: timeoutMs } });
      return agentClient.createAnother(personOption('--owner', owner), wish, agentId);
    }
    if (wish.name !== undefined) {
      const named = { name: wish.name, phases: LIVING };
      const others = await allAgents(views, named, { timeoutMs });
      // Throws where it is taken; nobody else gives names to agents of nobody.
      nameFor(
        wish,
        others.filter(({ owner }) => owner === undefined),
      );
    }
    const { sequence } = await giveCommand(log, agentId, 'command.create', wish);
    return { name: wish.name ?? agentId, sequence };
  }
}

function nameOf(text: string): string {
  const name = tidyAgentName(text);
  if (isAgentName(name)) return name;
  throw new OrchestratorError('ORC_USAGE', `--name ${JSON.stringify(text)}: ${NO_AGENT_NAME}`);
}
