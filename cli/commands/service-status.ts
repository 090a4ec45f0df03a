import { Command, Option } from 'clipanion';
import { EXIT } from '../../schemas/errors.ts';
import { described } from '../options.ts';
import { requireSystemd, systemctl, UNIT, unitFile } from '../setup/systemd.ts';
import { usageOf } from '../usage.ts';

const SHOWN = 'LoadState,ActiveState,SubState,UnitFileState,MainPID,ActiveEnterTimestamp';

export class ServiceStatusCommand extends Command {
  static override paths = [['service', 'status']];
  static override usage = usageOf('service status');

  system = Option.Boolean('--system', false, described('service status', '--system'));

  override async execute(): Promise<number> {
    const { env, stdout } = this.context;
    requireSystemd();
    const text = await systemctl(this.system, 'show', UNIT, `--property=${SHOWN}`);
    stdout.write(`Unit=${unitFile(this.system, env)}\n${text}`);
    return text.includes('ActiveState=active') ? EXIT.done : EXIT.failed;
  }
}
