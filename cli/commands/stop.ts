import { STOP } from '../../core/operator/control-agent.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

export class StopCommand extends ControlCommand<'command.stop'> {
  static override paths = [['stop']];
  static override usage = usageOf('stop');

  protected readonly type = 'command.stop';

  protected control() {
    return STOP;
  }
}
