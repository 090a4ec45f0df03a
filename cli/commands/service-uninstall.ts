import { rm } from 'node:fs/promises';
import { Command, Option } from 'clipanion';
import { isFileThere } from '../../platform/files/is-file-there.ts';
import { EXIT } from '../../schemas/errors.ts';
import { described } from '../options.ts';
import { requireSystemd, systemctl, UNIT, unitFile } from '../setup/systemd.ts';
import { usageOf } from '../usage.ts';

export class ServiceUninstallCommand extends Command {
  static override paths = [['service', 'uninstall']];
  static override usage = usageOf('service uninstall');

  system = Option.Boolean('--system', false, described('service uninstall', '--system'));

  override async execute(): Promise<number> {
    const { env, stdout } = this.context;
    requireSystemd();
    const file = unitFile(this.system, env);
    if (!(await isFileThere(file))) {
      stdout.write(`${file} is not there\n`);
      return EXIT.done;
    }
    await systemctl(this.system, 'disable', '--now', UNIT);
    await rm(file);
    await systemctl(this.system, 'daemon-reload');
    stdout.write(`${file} is removed\n`);
    return EXIT.done;
  }
}
