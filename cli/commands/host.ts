import { Command, Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { HOSTED_KINDS } from '../../schemas/host-order.ts';
import { usageOf } from '../usage.ts';

export class HostCommand extends Command {
  static override paths = [['host']];
  static override usage = usageOf('host');

  kind = Option.String({ required: true });
  order = Option.String({ required: true });

  override async execute(): Promise<number> {
    const kind = HOSTED_KINDS.find((known) => known === this.kind);
    if (kind === undefined) {
      const what = `${JSON.stringify(this.kind)} is none of ${HOSTED_KINDS.join(', ')}`;
      throw new OrchestratorError('ORC_UNKNOWN_KIND', what);
    }
    const { DRIVERS } = await import('../../agents/drivers.ts');
    const { runHost } = await import('../../agents/host/run-host.ts');
    return runHost(await DRIVERS[kind](), this.order, this.context);
  }
}
