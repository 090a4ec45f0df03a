import { DELETE } from '../../core/operator/control-agent.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

export class DeleteCommand extends ControlCommand<'command.delete'> {
  static override paths = [['delete']];
  static override usage = usageOf('delete');

  protected readonly type = 'command.delete';

  protected control() {
    return DELETE;
  }
}
