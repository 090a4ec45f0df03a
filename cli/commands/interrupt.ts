import { INTERRUPT } from '../../core/operator/control-agent.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { usageOf } from '../usage.ts';

export class InterruptCommand extends ControlCommand<'command.interrupt'> {
  static override paths = [['interrupt']];
  static override usage = usageOf('interrupt');

  protected readonly type = 'command.interrupt';

  protected control() {
    return INTERRUPT;
  }
}
