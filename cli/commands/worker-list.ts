import { WorkerRegister } from '../../platform/nats/worker-register.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class WorkerListCommand extends OperatorCommand {
  static override paths = [['worker', 'list']];
  static override usage = usageOf('worker list');

  protected async work({ connection }: OperatorContext): Promise<undefined> {
    const all = [...(await (await WorkerRegister.open(connection)).all())];
    const workers = all.map(([worker, record]) => ({ worker, ...record }));
    const rows = workers.map(({ worker, tool, expiresAt, revokedAt }) => [
      worker,
      tool,
      expiresAt,
      revokedAt === undefined ? '' : `revoked ${revokedAt}`,
    ]);
    this.print(workers, textTable(['worker', 'tool', 'until', ''], rows));
  }
}
