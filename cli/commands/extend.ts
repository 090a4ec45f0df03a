import { Option } from 'clipanion';
import type { StoredEvent } from '../../schemas/event.ts';
import { ControlCommand } from '../operator/control-command.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ExtendCommand extends ControlCommand<'command.extend'> {
  static override paths = [['extend']];
  static override usage = usageOf('extend');

  ttl = Option.String('--ttl', '2h', described('extend', '--ttl'));

  protected readonly type = 'command.extend';
  protected readonly done = 'extended';

  protected data() {
    return { ttlMs: durationOption('--ttl', this.ttl) };
  }

  protected settledBy(event: StoredEvent, commandId: string): boolean {
    return event.type === 'process.extended' && event.data.commandId === commandId;
  }
}
