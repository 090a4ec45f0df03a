import { Option } from 'clipanion';
import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { newId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { nodeFilter } from '../../schemas/subjects.ts';
import { awaitEvent } from '../operator/await-event.ts';
import { listNodes } from '../operator/list-nodes.ts';
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
    const known = (await listNodes(context, this.timeoutMs)).find((each) => each.node === node);
    if (known === undefined) {
      throw new OrchestratorError('ORC_NODE_NOT_FOUND', `There is no spawner ${node}`);
    }
    const { log, settings } = context;
    if (this.off) {
      await state(log, node, 'node.resumed');
      this.print({ node, state: 'serving' }, `${node} takes agents again\n`);
      return;
    }
    const { id, sequence } = await state(log, node, 'node.draining');
    if (!this.wait) {
      this.print({ node, state: 'draining' }, `${node} drains\n`);
      return;
    }
    // Its turns may take their whole time.
    const timeoutMs = this.timeoutMs + settings.ORCHESTRATOR_TURN_DEADLINE;
    const wanted = {
      of: { filter: nodeFilter(node) },
      from: sequence,
      timeoutMs,
      what: `The end of ${node}’s turns`,
    };
    const kept = await awaitEvent(log, wanted, (event) =>
      event.type === 'node.drained' && event.data.drainId === id ? event.data.kept : undefined,
    );
    const left = kept === 0 ? '' : `; ${kept} idle agents stay, and wait for the next of its place`;
    this.print({ node, state: 'drained', kept }, `${node} is drained and may be stopped${left}\n`);
  }
}

/** Throws what an append can fail with. */
async function state(
  log: EventLog,
  node: string,
  type: 'node.draining' | 'node.resumed',
): Promise<{ id: string; sequence: number }> {
  const id = newId('drain');
  const meta = { id, source: 'orchestrator/operator', now: new Date(), correlationId: id };
  const result = await log.append(newEvent(type, { node }, {}, meta));
  if (!result.ok) throw appendError(result);
  return { id, sequence: result.sequence };
}
