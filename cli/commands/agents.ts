import { Option } from 'clipanion';
import { requireKind } from '../../agents/wanted-agent.ts';
import { allAgents, archivedAgents, LIVING } from '../../core/conversation/all-agents.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { describedKind } from '../kind-option.ts';
import { agentsTable } from '../operator/agents-table.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, personOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class AgentsCommand extends OperatorCommand {
  static override paths = [['agents']];
  static override usage = usageOf('agents');

  all = Option.Boolean('--all,-a', false, described('agents', '--all,-a'));

  kind = Option.String('--kind', describedKind('agents'));
  owner = Option.String('--owner', described('agents', '--owner'));

  protected async work({ views }: OperatorContext): Promise<undefined> {
    const { all, kind, owner, timeoutMs } = this;
    if (kind !== undefined) requireKind(kind, '--kind');
    const filters = {
      ...(kind !== undefined && { kind }),
      ...(owner !== undefined && { owner: personOption('--owner', owner) }),
    };
    const shown: AgentSummary[] = [];
    if (all) {
      for await (const agent of archivedAgents(views, filters, { timeoutMs })) shown.push(agent);
    }
    const wanted = all ? filters : { ...filters, phases: LIVING };
    shown.push(...(await allAgents(views, wanted, { timeoutMs })));
    this.print(shown, agentsTable(shown));
  }
}
