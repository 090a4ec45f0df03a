import { listNodes, type NodeView } from '../../core/operator/list-nodes.ts';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class NodesCommand extends OperatorCommand {
  static override paths = [['nodes']];
  static override usage = usageOf('nodes');

  protected async work(context: OperatorContext): Promise<undefined> {
    const leases = await LeaseStore.of(context.connection).all();
    const nodes = await listNodes(context, leases, this.timeoutMs);
    this.print(nodes, textTable(HEAD, nodes.map(row)));
  }
}

const HEAD = ['node', 'state', 'agents', 'place', 'process', 'version', 'since'];

function row({ node, state, agents, lease }: NodeView): string[] {
  const { place = '', pid = '', version = '', startedAt = '' } = lease ?? {};
  return [node, state, String(agents), place, String(pid), version, startedAt];
}
