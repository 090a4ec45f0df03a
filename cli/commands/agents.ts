import { Option } from 'clipanion';
import { shownAgentName } from '../../core/conversation/named-agent.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class AgentsCommand extends OperatorCommand {
  static override paths = [['agents']];
  static override usage = usageOf('agents');

  all = Option.Boolean('--all,-a', false, described('agents', '--all,-a'));

  protected async work({ views }: OperatorContext): Promise<undefined> {
    const { agents } = await views.request('agents', {}, { timeoutMs: this.timeoutMs });
    const shown = agents.filter(({ phase }) => this.all || phase !== 'ended');
    this.print(shown, textTable(HEAD, shown.map(row)));
  }
}

const HEAD = ['agent', 'name', 'kind', 'phase', 'owner', 'doing', 'messages', 'until'];

function row(agent: AgentSummary): string[] {
  const { owner, turn, queued, end, counts } = agent;
  const waiting = queued > 0 ? ` (+${queued} waiting)` : '';
  const doing = turn ? `turn since ${turn.startedAt}${waiting}` : (end ?? `idle${waiting}`);
  return [
    agent.agentId,
    shownAgentName(agent),
    agent.kind ?? '',
    agent.deleted ? 'deleted' : agent.phase,
    owner ? `${owner.channel}/${owner.userId}` : '',
    doing,
    String(counts.messages),
    agent.endedAt ?? agent.expiresAt ?? '',
  ];
}
