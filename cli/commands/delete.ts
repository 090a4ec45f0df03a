import type { StoredEvent } from '../../schemas/event.ts';
import type { Settings } from '../../schemas/settings.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

export class DeleteCommand extends ControlCommand<'command.delete'> {
  static override paths = [['delete']];
  static override usage = usageOf('delete');

  protected readonly type = 'command.delete';
  protected readonly done = 'deleted';

  protected data() {
    return {};
  }

  /** Its end of stdin and SIGTERM each get their grace time. */
  protected override takesMs({ ORCHESTRATOR_STOP_GRACE }: Settings): number {
    return 2 * ORCHESTRATOR_STOP_GRACE;
  }

  protected settledBy(event: StoredEvent, commandId: string): boolean {
    return event.type === 'process.deleted' && event.data.commandId === commandId;
  }
}
