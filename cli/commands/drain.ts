import { Option } from 'clipanion';
import { awaitDrained, drainNode, resumeNode } from '../../core/operator/drain-node.ts';
import { listNodes } from '../../core/operator/list-nodes.ts';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class DrainCommand extends OperatorCommand {
  static override paths = [['drain']];
  static override usage = usageOf('drain');

  node = Option.String({ required: true });
  off = Option.Boolean('--off', false, described('drain', '--off'));
  wait = Option.Boolean('--wait', true, described('drain', '--wait'));

  protected async work(context: OperatorContext): Promise<undefined> {
    const { node } = this;
    const leases = await LeaseStore.of(context.connection).all();
    const known = (await listNodes(context, leases, this.timeoutMs)).find(
      (each) => each.node === node,
    );
    if (known === undefined) {
      throw new OrchestratorError('ORC_NODE_NOT_FOUND', `There is no spawner ${node}`);
    }
    const { log, settings } = context;
    if (this.off) {
      await resumeNode(log, node);
      this.print({ node, state: 'serving' }, `${node} takes agents again\n`);
      return;
    }
    const drain = await drainNode(log, node);
    if (!this.wait) {
      this.print({ node, state: 'draining' }, `${node} drains\n`);
      return;
    }
    // Its turns may take their whole time.
    const timeoutMs = this.timeoutMs + settings.ORCHESTRATOR_TURN_DEADLINE;
    const kept = await awaitDrained(log, node, drain, timeoutMs);
    const left = kept === 0 ? '' : `; ${kept} idle agents stay, and wait for the next of its place`;
    this.print({ node, state: 'drained', kept }, `${node} is drained and may be stopped${left}\n`);
  }
}
