import type { StoredEvent } from '../../schemas/event.ts';
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

  protected settledBy(event: StoredEvent, commandId: string): boolean {
    return event.type === 'process.deleted' && event.data.commandId === commandId;
  }
}
