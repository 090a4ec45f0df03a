import { Option } from 'clipanion';
import { extend } from '../../core/operator/control-agent.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ExtendCommand extends ControlCommand<'command.extend'> {
  static override paths = [['extend']];
  static override usage = usageOf('extend');

  ttl = Option.String('--ttl', '2h', described('extend', '--ttl'));

  protected readonly type = 'command.extend';

  protected control() {
    return extend(durationOption('--ttl', this.ttl));
  }
}
