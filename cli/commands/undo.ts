import { UNDO } from '../../core/operator/control-agent.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

export class UndoCommand extends ControlCommand<'command.undo'> {
  static override paths = [['undo']];
  static override usage = usageOf('undo');

  protected readonly type = 'command.undo';

  protected control() {
    return UNDO;
  }
}
