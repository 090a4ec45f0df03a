import { Option } from 'clipanion';
import { WorkerRegister } from '../../platform/nats/worker-register.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class WorkerRevokeCommand extends OperatorCommand {
  static override paths = [['worker', 'revoke']];
  static override usage = usageOf('worker revoke');

  worker = Option.String({ required: true });

  protected async work({ connection }: OperatorContext): Promise<undefined> {
    const register = await WorkerRegister.open(connection);
    const record = await register.read(this.worker);
    if (record === undefined) {
      throw new OrchestratorError('ORC_USAGE', `There is no worker ${this.worker}`);
    }
    const revokedAt = record.revokedAt ?? new Date().toISOString();
    await register.write(this.worker, { ...record, revokedAt });
    this.print({ worker: this.worker, revokedAt }, `${this.worker} is revoked\n`);
  }
}
