import { WorkCommand } from '../agent/work-command.ts';
import { usageOf } from '../usage.ts';

export class ProjectExportCommand extends WorkCommand {
  static override paths = [['project', 'export']];
  static override usage = usageOf('project export');

  override async execute(): Promise<void> {
    // As the service has it.
    const exported = (await this.ask('export')) as { patch: string };
    this.print(exported, exported.patch);
  }
}
